# Linked list, binary search tree, heap, LRU cache, graph search, matrix class.
class Node:
    __slots__ = "value", "next"
    def __init__(self, value, next=None): self.value, self.next = value, next
class Linked:
    def __init__(self, items=()):
        self.head = None
        for i in reversed(list(items)): self.head = Node(i, self.head)
    def __iter__(self):
        n = self.head
        while n: yield n.value; n = n.next
    def reverse(self):
        prev, n = None, self.head
        while n: n.next, prev, n = prev, n, n.next
        self.head = prev; return self
    def __len__(self): return sum(1 for _ in self)
    def __repr__(self): return " -> ".join(map(str, self))
print(Linked(range(5)), Linked("abc").reverse(), len(Linked([1, 2])), 3 in Linked(range(5)))
class BST:
    def __init__(self): self.root = None
    def insert(self, k):
        def ins(n): return [k, None, None] if n is None else n if k == n[0] else ([n[0], ins(n[1]), n[2]] if k < n[0] else [n[0], n[1], ins(n[2])])
        self.root = ins(self.root)
    def __iter__(self):
        def walk(n):
            if n: yield from walk(n[1]); yield n[0]; yield from walk(n[2])
        return walk(self.root)
    def depth(self):
        def d(n): return 0 if n is None else 1 + max(d(n[1]), d(n[2]))
        return d(self.root)
t = BST(); [t.insert((i * 37) % 101) for i in range(60)]; print(list(t) == sorted(set((i * 37) % 101 for i in range(60))), t.depth())
def heappush(h, x):
    h.append(x); i = len(h) - 1
    while i and h[(i - 1) // 2] > h[i]: h[i], h[(i - 1) // 2] = h[(i - 1) // 2], h[i]; i = (i - 1) // 2
def heappop(h):
    h[0], h[-1] = h[-1], h[0]; r = h.pop(); i = 0
    while (c := 2 * i + 1) < len(h):
        if c + 1 < len(h) and h[c + 1] < h[c]: c += 1
        if h[i] <= h[c]: break
        h[i], h[c] = h[c], h[i]; i = c
    return r
h = []; [heappush(h, (i * 7919) % 1000) for i in range(50)]; print([heappop(h) for _ in range(50)] == sorted((i * 7919) % 1000 for i in range(50)))
class LRU:
    def __init__(self, n): self.n, self.d = n, {}
    def get(self, k, make):
        if k in self.d: v = self.d.pop(k)
        else: v = make(k)
        self.d[k] = v
        if len(self.d) > self.n: del self.d[next(iter(self.d))]
        return v
c = LRU(2); made = []; [c.get(k, lambda k: made.append(k) or k * 2) for k in "abacab"]; print(made, c.d)
graph = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {}}
def dijkstra(s):
    dist = {s: 0}; h = [(0, s)]; prev = {}
    while h:
        d, u = heappop(h)
        for v, w in graph[u].items():
            if d + w < dist.get(v, float("inf")): dist[v] = d + w; prev[v] = u; heappush(h, (d + w, v))
    return dist, prev
print(dijkstra("a"))
class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    def __matmul__(self, o): return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows])
    def __pow__(self, n):
        if n == 0: return Matrix([[int(i == j) for j in range(len(self.rows))] for i in range(len(self.rows))])
        half = self ** (n // 2); sq = half @ half
        return sq @ self if n % 2 else sq
    def __eq__(self, o): return self.rows == o.rows
    def __getitem__(self, ij): return self.rows[ij[0]][ij[1]]
    def __repr__(self): return f"Matrix({self.rows})"
f = Matrix([[1, 1], [1, 0]]); print(f ** 10, (f ** 90)[0, 1], f @ f == f ** 2)
