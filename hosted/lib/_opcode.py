"""What opcode and dis ask of the VM: the instruction set is this VM's own, so there is nothing of CPython's to tell."""

# Instructions specialize themselves in caches, not by becoming others.
ENABLE_SPECIALIZATION = ENABLE_SPECIALIZATION_FT = False


def stack_effect(opcode, oparg=None, /, *, jump=None):
    raise NotImplementedError("instructions of this VM have registers and no stack")
