//! Calls whose arguments can stay in the window they were built in: functions with defaults and keywords, constructors of Python
//! classes, natives bound to a receiver. What does not fit these goes the general way (`vm::execute`). And how code begins that has never run.

use super::super::frame::{CODE, OWN_REGISTERS, RETURN_BASE, RETURN_PC, Word};
use super::super::native::{Binding, Function as NativeKind};
use super::super::{Action, Args, Name, Res, Vm};
use crate::code::isa::{HEADER_SLOTS, Instr};
use crate::code::prototype::CodeFlags;
use crate::object::class::{CLASS_ABSTRACT, CLASS_HEAP, CLASS_NOT_CALLABLE, Class};
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::function::{BoundMethod, Function, NativeFunction};
use crate::object::header::{Header, Kind};
use crate::object::instance::Instance;
use crate::object::tuple::Tuple;
use crate::object::value::{Value, bits};

/// Most keyword arguments handled here.
const MOST_KEYWORDS: usize = 8;
/// Most arguments that are moved about on the native stack.
const MOST_MOVED: usize = 6;

/// Drops what a window holds, leaving it undefined.
///
/// # Safety
/// The words are valid values, and nobody else's.
unsafe fn drop_words(first: *mut Word, count: usize) {
    for index in 0..count {
        // SAFETY: the caller vouches.
        unsafe {
            let word = core::mem::replace(&mut *first.add(index), bits::UNDEFINED);
            drop(Value::from_bits(word));
        }
    }
}

/// Enters the Python function at `window` with `count` arguments behind the header, the last ones named by `names`. The window becomes
/// the frame. False: not one of the cases handled here; nothing has changed.
///
/// # Safety
/// `window` lies in the current frame (or above it, in the same chunk), with valid words up to its arguments' end.
#[inline]
unsafe fn enter_function(vm: &mut Vm, window: *mut Word, count: usize, names: &[Value]) -> Res<bool> {
    // SAFETY: the caller vouches for the window; the function keeps its code alive.
    unsafe {
        let function = &*(*window as usize as *const Function);
        let code = function.code();
        let base = window.add(HEADER_SLOTS);
        let registers = code.register_count as usize;
        const STARRED: u32 = CodeFlags::VARARGS | CodeFlags::VARKEYWORDS | CodeFlags::NAMESPACE;
        if code.flags.0 & STARRED != 0 || !vm.fits(window, base.add(registers)) || vm.frames_left <= 0 || names.len() > MOST_KEYWORDS {
            return Ok(false);
        }
        let positional_parameters = code.argument_count as usize;
        let parameters = positional_parameters + code.keyword_only_count as usize;
        let given = count - names.len();
        if given > positional_parameters || count > parameters {
            return Ok(false);
        }
        // Where each keyword goes; unknown names, and names of what was given already, are reported by the general way.
        let mut places = [0u16; MOST_KEYWORDS];
        for (place, name) in places.iter_mut().zip(names) {
            let first = given.max(code.positional_only_count as usize);
            match code.local_names.get(first..parameters).and_then(|rest| rest.iter().position(|parameter| parameter.is(name))) {
                Some(position) => *place = (first + position) as u16,
                None => return Ok(false),
            }
        }
        // Is everything supplied?
        let defaults = function.defaults.get().get::<Tuple>().map(Tuple::items).unwrap_or_default();
        let first_default = positional_parameters.saturating_sub(defaults.len());
        let named = |index: usize| places.iter().take(names.len()).any(|&place| place as usize == index);
        for index in given..parameters {
            let supplied = if index < positional_parameters { index >= first_default } else { false };
            if !supplied && !named(index) {
                let keyword_default = index >= positional_parameters
                    && function
                        .keyword_defaults
                        .get()
                        .get::<Dict>()
                        .is_some_and(|dict| code.local_names.get(index).is_some_and(|name| dict.index_of_interned(name).is_some()));
                if !keyword_default {
                    return Ok(false);
                }
            }
        }
        // Move: keyword values out, undefined words in, values to their places, then defaults.
        let mut values = [bits::UNDEFINED; MOST_KEYWORDS];
        for (index, value) in values.iter_mut().take(names.len()).enumerate() {
            *value = *base.add(given + index);
        }
        for index in given..registers {
            *base.add(index) = bits::UNDEFINED;
        }
        for (&place, &value) in places.iter().zip(&values).take(names.len()) {
            *base.add(place as usize) = value;
        }
        for index in given..parameters {
            let place = base.add(index);
            if *place == bits::UNDEFINED {
                let value = if index < positional_parameters {
                    defaults.get(index - first_default).cloned()
                } else {
                    function.keyword_defaults.get().get::<Dict>().and_then(|dict| dict.get_interned(code.local_names.get(index)?))
                };
                *place = value.unwrap_or(Value::UNDEFINED).into_bits();
            }
        }
        *base.sub(RETURN_PC) = vm.pc as usize as Word;
        *base.sub(RETURN_BASE) = vm.base as usize as Word;
        *base.sub(CODE) = code as *const _ as usize as Word;
        vm.base = base;
        vm.pc = code.instructions.get();
        vm.code = code;
        vm.frames_left -= 1;
        Ok(true)
    }
}

/// The function that is all there is to making an instance of `class`, besides the instance: see [`Class::simple_init`].
#[inline]
fn simple_init(vm: &mut Vm, class: &Class) -> Option<Word> {
    if class.simple_init_version.get() != class.version.get() {
        find_simple_init(vm, class);
    }
    Some(class.simple_init.get()).filter(|&init| init != bits::UNDEFINED && !class.has(CLASS_ABSTRACT))
}

#[cold]
#[inline(never)]
fn find_simple_init(vm: &mut Vm, class: &Class) {
    let plain = class.has(CLASS_HEAP) && !class.has_finalizer.get() && class.layout.kind == Kind::Instance && core::ptr::eq(class.header.class(), &*vm.class::<Class>());
    let object = vm.class::<Instance>();
    let init = match (vm.class_special(class, Name::New), vm.class_special(class, Name::Init)) {
        (Some(new), Some(init)) if plain && init.kind() == Kind::Function && new.get::<NativeFunction>().is_some_and(|native| native.owner.is(&object)) => init.bits(),
        _ => bits::UNDEFINED,
    };
    class.simple_init.set(init);
    class.simple_init_version.set(class.version.get());
}

/// Enters `__init__` of a Python class: the instance is made, and a constructor's frame put between.
///
/// # Safety
/// As for [`enter_function`]; the word at `window` is a class.
unsafe fn enter_constructor(vm: &mut Vm, window: *mut Word, count: usize, names: &[Value]) -> Res<bool> {
    // SAFETY: the caller vouches; the frames below stay inside the chunk (checked).
    unsafe {
        let class = &*(*window as usize as *const Class);
        let Some(init) = simple_init(vm, class) else { return Ok(false) };
        let init_code = (*(init as usize as *const Function)).code() as *const Code;
        const SHIFT: usize = HEADER_SLOTS + OWN_REGISTERS;
        let inner = window.add(SHIFT);
        let registers = (*init_code).register_count as usize;
        if !vm.fits(window, inner.add(HEADER_SLOTS + registers.max(count + 1))) {
            return Ok(false);
        }
        let instance = vm.heap.new_object(class, |header| Instance { header });
        let init = (*(&raw const init as *const Value)).clone();
        let arguments = window.add(HEADER_SLOTS);
        let target = inner.add(HEADER_SLOTS + 1);
        core::ptr::copy(arguments, target, count);
        *inner = init.bits();
        *target.sub(1) = instance.bits();
        let (pc, base, code) = (vm.pc, vm.base, vm.code);
        let own = vm.own.construct;
        *arguments.sub(RETURN_PC) = pc as usize as Word;
        *arguments.sub(RETURN_BASE) = base as usize as Word;
        *arguments.sub(CODE) = own as usize as Word;
        vm.base = arguments;
        vm.pc = (*own).instructions.get().add(1);
        vm.code = own;
        let entered = if (*init_code).simple_arguments as usize == count + 1 && names.is_empty() && vm.frames_left > 0 {
            for index in count + 1..(&*init_code).local_names.len() {
                *inner.add(HEADER_SLOTS + index) = bits::UNDEFINED;
            }
            *inner.add(HEADER_SLOTS).sub(RETURN_PC) = vm.pc as usize as Word;
            *inner.add(HEADER_SLOTS).sub(RETURN_BASE) = vm.base as usize as Word;
            *inner.add(HEADER_SLOTS).sub(CODE) = init_code as usize as Word;
            vm.base = inner.add(HEADER_SLOTS);
            vm.pc = (*init_code).instructions.get();
            vm.code = init_code;
            vm.frames_left -= 1;
            Ok(true)
        } else {
            enter_function(vm, inner, count + 1, names)
        };
        match entered {
            Ok(true) => {
                // The frame of the constructor: the class as its function's word would look like Python's own, so None stands there.
                let class_word = core::mem::replace(&mut *window, bits::NONE);
                drop(Value::from_bits(class_word));
                *arguments = bits::UNDEFINED;
                *arguments.add(1) = instance.clone().into_bits();
                *arguments.add(2) = bits::UNDEFINED;
                core::mem::forget(init);
                core::mem::forget(instance);
                Ok(true)
            }
            other => {
                vm.pc = pc;
                vm.base = base;
                vm.code = code;
                core::ptr::copy(target, arguments, count);
                for index in 1..HEADER_SLOTS {
                    *window.add(index) = bits::UNDEFINED;
                }
                // What lies above the arguments owns nothing.
                let beyond = arguments.add(count);
                for index in 0..SHIFT + 1 {
                    *beyond.add(index) = bits::UNDEFINED;
                }
                other
            }
        }
    }
}

/// Does the call in the window, if it is one of the cases handled here. `count` arguments follow the header; the last ones are named by
/// `names`. Some(None): a frame was entered; Some(value): done, the window is empty. None: nothing has changed.
///
/// # Safety
/// `window` is a verified call window of the current frame.
#[inline]
pub unsafe fn call_in_place(vm: &mut Vm, window: *mut Word, count: usize, names: &[Value]) -> Res<Option<Option<Value>>> {
    // SAFETY: the caller vouches; pointer words refer to live objects.
    unsafe {
        let callee = *window;
        if callee & bits::POINTER_MASK != 0 {
            return Ok(None);
        }
        let arguments = window.add(HEADER_SLOTS);
        match (*(callee as usize as *const Header)).kind() {
            Kind::Function => Ok(if enter_function(vm, window, count, names)? { Some(None) } else { None }),
            Kind::BoundMethod => {
                let method = &*(callee as usize as *const BoundMethod);
                if method.function.kind() != Kind::Function || !vm.fits(window, arguments.add(count + 1)) {
                    return Ok(None);
                }
                // The receiver becomes the first argument.
                core::ptr::copy(arguments, arguments.add(1), count);
                *arguments = method.receiver.clone().into_bits();
                *window = method.function.clone().into_bits();
                let entered = enter_function(vm, window, count + 1, names)?;
                if entered {
                    drop(Value::from_bits(callee));
                    return Ok(Some(None));
                }
                drop(Value::from_bits(*arguments));
                core::ptr::copy(arguments.add(1), arguments, count);
                *arguments.add(count) = bits::UNDEFINED;
                drop(Value::from_bits(core::mem::replace(&mut *window, callee)));
                Ok(None)
            }
            Kind::Class => {
                let class = &*(callee as usize as *const Class);
                if class.has(CLASS_HEAP) {
                    return Ok(if enter_constructor(vm, window, count, names)? { Some(None) } else { None });
                }
                Ok(None)
            }
            Kind::Native => {
                let native = &*(callee as usize as *const NativeFunction);
                let NativeKind::Simple(simple) = native.native.function else { return Ok(None) };
                if !names.is_empty() {
                    return Ok(None);
                }
                if native.receiver.is_undefined() {
                    if native.native.binding != Binding::Function || !native.native.arity.takes(count, false) {
                        return Ok(None);
                    }
                    let value = simple(vm, core::slice::from_raw_parts(arguments as *const Value, count))?;
                    drop_words(arguments, count);
                    drop_words(window, 1);
                    return Ok(Some(Some(value)));
                }
                if native.native.binding != Binding::Method || count > MOST_MOVED {
                    return Ok(None);
                }
                call_moved(vm, native, simple, window, native.receiver.bits(), count)
            }
            _ => Ok(None),
        }
    }
}

/// Makes an instance of the class at `window` whose `__new__` is native, and `__init__` too; the last arguments are named by `names`. None: another
/// case, nothing has changed.
///
/// # Safety
/// As for [`call_in_place`].
pub unsafe fn construct_in_place(vm: &mut Vm, window: *mut Word, count: usize, names: &[Value]) -> Res<Option<Action>> {
    // SAFETY: the caller vouches for the window, whose words are borrowed during the calls.
    unsafe {
        let Some(class) = (*(window as *const Value)).get::<Class>() else { return Ok(None) };
        let metaclass = vm.class::<Class>();
        if class.has(CLASS_NOT_CALLABLE)
            || matches!(class.layout.kind, Kind::Instance | Kind::Exception)
            || count > MOST_MOVED
            || core::ptr::eq(class, &*metaclass)
            || !core::ptr::eq(class.header.class(), &*metaclass)
        {
            return Ok(None);
        }
        let (Some(new), Some(init)) = (vm.class_special(class, Name::New), vm.class_special(class, Name::Init)) else { return Ok(None) };
        let (Some(new), Some(init)) = (new.get::<NativeFunction>(), init.get::<NativeFunction>()) else { return Ok(None) };
        let object = vm.class::<Instance>();
        let plain = init.owner.is(&object);
        let fits = |native: &NativeFunction| {
            let takes_names = names.is_empty() || matches!(native.native.function, NativeKind::Full(_));
            takes_names && native.native.arity.takes(count + 1 - names.len(), !names.is_empty())
        };
        let allocates = new.owner.get().is_some_and(|owner| core::ptr::eq(owner.layout, class.layout));
        if !allocates || !fits(new) || !plain && !fits(init) {
            return Ok(None);
        }
        let arguments = window.add(HEADER_SLOTS);
        let mut words = [bits::UNDEFINED; MOST_MOVED + 1];
        words[0] = *window;
        for (index, word) in words.iter_mut().skip(1).take(count).enumerate() {
            *word = *arguments.add(index);
        }
        let call = |vm: &mut Vm, native: &NativeFunction, words: &[Word; MOST_MOVED + 1]| {
            let (positional, values) = core::slice::from_raw_parts(words.as_ptr() as *const Value, count + 1).split_at(count + 1 - names.len());
            match native.native.function {
                NativeKind::Full(full) => full(vm, &Args { positional, names, values }),
                NativeKind::Simple(simple) => simple(vm, positional).map(Action::Return),
            }
        };
        let action = match call(vm, new, &words)? {
            made if plain => made,
            Action::Return(instance) if core::ptr::eq(&*vm.class_of(&instance), class) => {
                words[0] = instance.bits();
                call(vm, init, &words)?.and_then(vm, |_, _| Ok(Action::Return(instance)))?
            }
            made => {
                let class = (*(window as *const Value)).clone();
                let (given, names) = (core::slice::from_raw_parts(arguments as *const Value, count).to_vec(), names.to_vec());
                made.and_then(vm, move |vm, instance| vm.initialize_made_action(&class, instance, given, names))?
            }
        };
        drop_words(arguments, count);
        drop_words(window, 1);
        Ok(Some(action))
    }
}

/// [`call_in_place`] for a window in a generator's frame: it is moved to the top of the stack first.
///
/// # Safety
/// As for [`call_in_place`].
pub unsafe fn call_above(vm: &mut Vm, window: *mut Word, count: usize, names: &[Value]) -> Res<Option<Option<Value>>> {
    // SAFETY: the caller vouches for the window; there is room above the frame (checked). The words' references move with them.
    unsafe {
        let top = vm.frame_top();
        if !vm.fits(top, top.add(HEADER_SLOTS + count + 1)) {
            return Ok(None);
        }
        *top = core::mem::replace(&mut *window, bits::UNDEFINED);
        for index in 1..HEADER_SLOTS {
            *top.add(index) = bits::UNDEFINED;
        }
        for index in HEADER_SLOTS..HEADER_SLOTS + count {
            *top.add(index) = core::mem::replace(&mut *window.add(index), bits::UNDEFINED);
        }
        let outcome = call_in_place(vm, top, count, names);
        match &outcome {
            Ok(Some(_)) => {}
            Ok(None) => {
                // Frames below may have registers up there: nothing must stay.
                *window = core::mem::replace(&mut *top, bits::UNDEFINED);
                for index in HEADER_SLOTS..HEADER_SLOTS + count {
                    *window.add(index) = core::mem::replace(&mut *top.add(index), bits::UNDEFINED);
                }
            }
            Err(_) => {
                drop_words(top, 1);
                drop_words(top.add(HEADER_SLOTS), count);
            }
        }
        outcome
    }
}

/// Calls a simple native with one more argument in front.
///
/// # Safety
/// As for [`call_in_place`]; `first` is a valid word that somebody else owns.
unsafe fn call_moved(vm: &mut Vm, native: &NativeFunction, simple: super::super::Simple, window: *mut Word, first: Word, count: usize) -> Res<Option<Option<Value>>> {
    let arity = native.native.arity;
    if arity.starred || count + 1 < arity.least as usize || count + 1 > arity.most as usize {
        return Ok(None);
    }
    let mut words = [bits::UNDEFINED; MOST_MOVED + 1];
    words[0] = first;
    // SAFETY: the words are borrowed from the window and the callee, which stay as they are during the call.
    unsafe {
        let arguments = window.add(HEADER_SLOTS);
        for (index, word) in words.iter_mut().skip(1).take(count).enumerate() {
            *word = *arguments.add(index);
        }
        let value = simple(vm, core::slice::from_raw_parts(words.as_ptr() as *const Value, count + 1))?;
        drop_words(arguments, count);
        drop_words(window, 1);
        Ok(Some(Some(value)))
    }
}

/// ReadBody: the code runs for the first time.
pub fn read_body(vm: &mut Vm, _: Instr) -> Res<()> {
    // SAFETY: the running frame keeps its code alive.
    let code = unsafe { &*vm.code };
    vm.body_of(code);
    vm.pc = code.instructions.get();
    Ok(())
}
