fn main() {
    let args: Vec<String> = std::env::args().collect();
    let machine: &'static pyvm_platform::Machine = Box::leak(pyvm_platform::Machine::native().ok().unwrap());
    let text = if args[1] == "-c" { args[2].clone().into_bytes() } else { std::fs::read(&args[1]).unwrap() };
    let code = pyvm_core::vm::shim::run_main(machine, &text, &args[1]);
    std::process::exit(code);
}
