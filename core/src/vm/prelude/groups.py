# Splitting exception groups: `derive` and conditions may be Python code.
# Given by the VM: matches(exception, condition), is_group(exception), finish(original, derived).

def holds(exception, condition, by_type):
    return matches(exception, condition) if by_type else condition(exception)

def divide(group, condition, by_type, want_rest):
    if holds(group, condition, by_type):
        return group, None
    if not is_group(group):
        return None, group
    matching = []
    rest = []
    for member in group.exceptions:
        inside, outside = divide(member, condition, by_type, want_rest)
        if inside is not None:
            matching.append(inside)
        if want_rest and outside is not None:
            rest.append(outside)
    inside = finish(group, group.derive(matching)) if matching else None
    outside = finish(group, group.derive(rest)) if rest else None
    return inside, outside

def split(group, condition, by_type):
    return divide(group, condition, by_type, True)

def subgroup(group, condition, by_type):
    return divide(group, condition, by_type, False)[0]

def match_and_rest(group, condition):
    return divide(group, condition, True, True)

def leaves(group, found):
    for member in group.exceptions:
        if is_group(member):
            leaves(member, found)
        else:
            found.add(id(member))

def project(group, parts):
    found = set()
    for part in parts:
        leaves(part, found)
    return divide(group, lambda exception: not is_group(exception) and id(exception) in found, False, False)[0]
