//! The benchmark: `cargo bench -p pyvm-tests -- [--runs N] [--filter X] [--threads] INTERPRETER...`
//!
//! Runs the programs of `tests/bench` with pyvm (`$PYVM`, else the release binary, built first) and with every
//! other interpreter given, in turn, so that a machine that changes its speed does so for all; checks that all print
//! the same; and prints the median user CPU time of each program, as ratios to the first other interpreter.
//! `--threads` runs `tests/bench/threads` instead, whose programs print their own CPU time for one operation.

use pyvm_tests::program::Program;
use pyvm_tests::{interpreter, repository};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A compute program slower than this ratio is flagged.
const TOO_SLOW: f64 = 1.3;

/// Seconds after which a run counts as failed.
const LIMIT: u64 = 300;

/// The thread programs, with the size that an interpreter on OS threads can stand.
const THREAD_PROGRAMS: [(&str, &str); 6] =
    [("yield", "500"), ("ring", "20"), ("spawn_join", "3000"), ("spawn_many", "3"), ("hand_over", "20000"), ("blocked_memory", "2000")];

struct Options {
    runs: usize,
    filter: Option<String>,
    threads: bool,
    others: Vec<PathBuf>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { runs: 3, filter: None, threads: false, others: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {} // what cargo adds
            "--threads" => options.threads = true,
            "--filter" => options.filter = Some(arguments.next().ok_or("--filter needs a text")?),
            "--runs" => {
                let runs = arguments.next().and_then(|runs| runs.parse().ok()).filter(|runs| *runs > 0);
                options.runs = runs.ok_or("--runs needs a number")?;
            }
            _ if argument.starts_with('-') => return Err(format!("unknown option {argument}")),
            _ => options.others.push(argument.into()),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let result = options().and_then(|options| {
        let mut interpreters = vec![interpreter()?];
        interpreters.extend(options.others.iter().cloned());
        if options.threads { threads(&options, &interpreters) } else { compute(&options, &interpreters) }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn name(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The middle of the sorted values; of an even number the upper middle.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn geometric_mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp())
}

fn header(first: &str, interpreters: &[PathBuf]) {
    print!("{first:<20}");
    for path in interpreters {
        print!(" {:>16}", path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default());
    }
    println!();
}

fn programs(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    Ok(paths)
}

fn compute(options: &Options, interpreters: &[PathBuf]) -> Result<(), String> {
    let mut paths = programs(&repository().join("tests/bench"))?;
    if let Some(filter) = &options.filter {
        paths.retain(|path| name(path).contains(filter.as_str()));
    }
    header("user seconds", interpreters);
    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); interpreters.len()];
    let mut slow = Vec::new();
    let mut problems = Vec::new();
    for path in &paths {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); interpreters.len()];
        let mut outputs: Vec<Option<Vec<u8>>> = vec![None; interpreters.len()];
        for _ in 0..options.runs {
            for ((interpreter, times), output) in interpreters.iter().zip(&mut times).zip(&mut outputs) {
                let outcome = Program::new(interpreter).arg(path).limit(LIMIT).run()?;
                if outcome.status.success() {
                    times.push(outcome.user);
                    *output = Some(outcome.stdout);
                } else {
                    let why = outcome.errors();
                    let last = why.lines().last().unwrap_or_default().to_owned();
                    problems.push(format!("{}: {}: {}: {last}", name(path), interpreter.display(), outcome.end()));
                }
            }
        }
        let medians: Vec<Option<f64>> = times.iter_mut().map(|times| median(times)).collect();
        let base = medians.get(1).copied().flatten();
        print!("{:<20}", name(path));
        for (median, ratios) in medians.iter().zip(&mut ratios) {
            match (median, base) {
                (Some(seconds), Some(base)) => {
                    print!(" {seconds:>8.3} {:>7.2}", seconds / base);
                    ratios.push(seconds / base);
                }
                (Some(seconds), None) => print!(" {seconds:>16.3}"),
                (None, _) => print!(" {:>16}", "failed"),
            }
        }
        if let (Some(Some(own)), Some(base)) = (medians.first(), base)
            && own / base > TOO_SLOW
        {
            print!("  above {TOO_SLOW}");
            slow.push(name(path));
        }
        println!();
        let mut known = outputs.iter().flatten();
        if let Some(first) = known.next()
            && known.any(|output| output != first)
        {
            problems.push(format!("{}: the interpreters print different things", name(path)));
        }
    }
    print!("{:<20}", "geometric mean");
    for ratios in &ratios {
        match geometric_mean(ratios) {
            Some(mean) => print!(" {mean:>16.3}"),
            None => print!(" {:>16}", "-"),
        }
    }
    println!("\n{} programs, median of {} runs, {} above {TOO_SLOW}", paths.len(), options.runs, slow.len());
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn threads(options: &Options, interpreters: &[PathBuf]) -> Result<(), String> {
    let folder = repository().join("tests/bench/threads");
    header("CPU an operation", interpreters);
    let mut problems = Vec::new();
    for (program, small) in THREAD_PROGRAMS {
        if options.filter.as_ref().is_some_and(|filter| !program.contains(filter.as_str())) {
            continue;
        }
        let path = folder.join(format!("{program}.py"));
        let mut figures: Vec<Vec<f64>> = vec![Vec::new(); interpreters.len()];
        let mut unit = String::new();
        for _ in 0..options.runs {
            for (place, (interpreter, figures)) in interpreters.iter().zip(&mut figures).enumerate() {
                let mut run = Program::new(interpreter).arg(&path).limit(LIMIT);
                if place > 0 {
                    run = run.arg(small);
                }
                let outcome = run.run()?;
                let output = outcome.output();
                let mut words = output.split_whitespace();
                match words.next().and_then(|word| word.parse().ok()).filter(|_| outcome.status.success()) {
                    Some(figure) => {
                        figures.push(figure);
                        unit = words.next().unwrap_or_default().to_owned();
                    }
                    None => {
                        let why = outcome.errors();
                        let last = why.lines().last().unwrap_or_default().to_owned();
                        problems.push(format!("{program}: {}: {}: {last}", interpreter.display(), outcome.end()));
                    }
                }
            }
        }
        print!("{program:<20}");
        for figures in &mut figures {
            match median(figures) {
                Some(figure) => print!(" {figure:>10.1} {unit:<5}"),
                None => print!(" {:>16}", "failed"),
            }
        }
        println!();
    }
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
