//! Names that the VM itself uses: interned once when it starts, then compared by identity.

macro_rules! names {
    ($($variant:ident $text:literal)+) => {
        /// A well-known name; `vm.name(Name::Init)` is its interned str.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub enum Name { $($variant,)+ }

        impl Name {
            /// Every name's text, in order of its number.
            pub const TEXTS: &'static [&'static str] = &[$($text,)+];

            pub fn text(self) -> &'static str {
                Name::TEXTS.get(self as usize).copied().unwrap_or_default()
            }
        }
    };
}

names! {
    // Special methods: these come first, and classes cache what they resolve to.
    New "__new__" Init "__init__" Del "__del__" Repr "__repr__" Str "__str__" Bytes "__bytes__" Format "__format__"
    Lt "__lt__" Le "__le__" Eq "__eq__" Ne "__ne__" Gt "__gt__" Ge "__ge__" Hash "__hash__" Bool "__bool__" Cmp "__cmp__"
    GetAttr "__getattr__" GetAttribute "__getattribute__" SetAttr "__setattr__" DelAttr "__delattr__" Dir "__dir__"
    Get "__get__" Set "__set__" Delete "__delete__" SetName "__set_name__"
    Call "__call__" Len "__len__" LengthHint "__length_hint__" GetItem "__getitem__" SetItem "__setitem__" DelItem "__delitem__"
    Missing "__missing__" Iter "__iter__" Next "__next__" Reversed "__reversed__" Contains "__contains__"
    Add "__add__" Sub "__sub__" Mul "__mul__" MatMul "__matmul__" TrueDiv "__truediv__" FloorDiv "__floordiv__" Mod "__mod__"
    DivMod "__divmod__" Pow "__pow__" LShift "__lshift__" RShift "__rshift__" And "__and__" Xor "__xor__" Or "__or__"
    RAdd "__radd__" RSub "__rsub__" RMul "__rmul__" RMatMul "__rmatmul__" RTrueDiv "__rtruediv__" RFloorDiv "__rfloordiv__"
    RMod "__rmod__" RDivMod "__rdivmod__" RPow "__rpow__" RLShift "__rlshift__" RRShift "__rrshift__" RAnd "__rand__" RXor "__rxor__" ROr "__ror__"
    IAdd "__iadd__" ISub "__isub__" IMul "__imul__" IMatMul "__imatmul__" ITrueDiv "__itruediv__" IFloorDiv "__ifloordiv__"
    IMod "__imod__" IPow "__ipow__" ILShift "__ilshift__" IRShift "__irshift__" IAnd "__iand__" IXor "__ixor__" IOr "__ior__"
    Neg "__neg__" Pos "__pos__" Abs "__abs__" Invert "__invert__" Complex "__complex__" Int "__int__" Float "__float__"
    Index "__index__" Round "__round__" Trunc "__trunc__" Floor "__floor__" Ceil "__ceil__"
    Enter "__enter__" Exit "__exit__" Await "__await__" AIter "__aiter__" ANext "__anext__" AEnter "__aenter__" AExit "__aexit__"
    InstanceCheck "__instancecheck__" SubclassCheck "__subclasscheck__" Prepare "__prepare__" InitSubclass "__init_subclass__"
    ClassGetItem "__class_getitem__" MroEntries "__mro_entries__" Buffer "__buffer__" ReleaseBuffer "__release_buffer__"
    Reduce "__reduce__" ReduceEx "__reduce_ex__" SizeOf "__sizeof__"
    // What the host knows of a class that stands for a C type.
    ForeignType "__ctypes_information__"
    // Other names.
    Dict "__dict__" Class "__class__" Slots "__slots__" Module "__module__" Name "__name__" QualName "__qualname__" Doc "__doc__"
    Bases "__bases__" Mro "__mro__" WeakRef "__weakref__" ClassCell "__classcell__" Annotations "__annotations__" Annotate "__annotate__" AnnotateFunc "__annotate_func__"
    TypeParams "__type_params__" MatchArgs "__match_args__" AbstractMethods "__abstractmethods__" IsAbstractMethod "__isabstractmethod__"
    FirstLineNumber "__firstlineno__" StaticAttributes "__static_attributes__" Builtins "__builtins__" Main "__main__" File "__file__" Path "__path__"
    Spec "__spec__" Loader "__loader__" Package "__package__" All "__all__" Import "__import__" BuildClass "__build_class__" Debug "__debug__" Wrapped "__wrapped__"
    Notes "__notes__" Cause "__cause__" Context "__context__" Traceback "__traceback__" SuppressContext "__suppress_context__"
    Metaclass "metaclass" Send "send" Throw "throw" Close "close" Keys "keys" Items "items" Values "values" Write "write" Read "read" Flush "flush"
    Append "append" Extend "extend" Args "args" Self_ "self" Key "key" Reverse "reverse" Default "default" Value "value" Code "code" MroName "mro"
    Initializing "_initializing" FromList "fromlist" Level "level" StdOut "stdout" StdErr "stderr" StdIn "stdin" Underscore "_" Empty "" Builtin "builtins"
    AsString "as_string" ReadLine "readline" Path_ "path" Modules "modules" Objclass "__objclass__" Subclasses "__subclasses__"
    TextSignature "__text_signature__" KeywordDefaults "__kwdefaults__" Defaults "__defaults__" Closure "__closure__" Globals "__globals__" CodeAttribute "__code__" SelfAttribute "__self__" Func "__func__"
    Origin "__origin__" SetState "__setstate__" GetState "__getstate__" GetNewArgs "__getnewargs__" GetNewArgsEx "__getnewargs_ex__" Join "join" Strip "strip" Main_ "main" Format_ "format" Group "group" Filename "filename" Print "print" Run "run"
}

impl Name {
    /// How many names, from the first, are special methods that classes cache.
    pub const SPECIALS: usize = Name::Dict as usize;
}
