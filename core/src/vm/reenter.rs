//! Reentry: native code that needs an answer from Python before it can return. The interpreter loop runs recursively; the
//! py-thread is pinned meanwhile. Allowed only for `__hash__`, `__eq__`, `__lt__` (and `__bool__`, `__index__`) in the middle of native container
//! operations, and for callbacks from C. Everything else returns an [`super::Action`].

use super::{Name, Res, Vm};
use crate::object::value::Value;
use core::cmp::Ordering;

/// Which comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Comparison {
    /// Does it hold for operands in this order?
    #[inline(always)]
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Lt => order.is_lt(),
            Comparison::Le => order.is_le(),
            Comparison::Eq => order.is_eq(),
            Comparison::Ne => order.is_ne(),
            Comparison::Gt => order.is_gt(),
            Comparison::Ge => order.is_ge(),
        }
    }

    /// With the operands exchanged.
    pub fn reflected(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            same => same,
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }

    /// The special method.
    pub fn name(self) -> Name {
        match self {
            Comparison::Lt => Name::Lt,
            Comparison::Le => Name::Le,
            Comparison::Eq => Name::Eq,
            Comparison::Ne => Name::Ne,
            Comparison::Gt => Name::Gt,
            Comparison::Ge => Name::Ge,
        }
    }
}
