%% What tests/bench/threads measures, with Erlang's processes on one scheduler: erlc threads.erl && erl +S 1 -noshell -s threads main -s init stop
-module(threads).
-export([main/0]).

main() ->
    blocked_memory(),
    yield(),
    ring(),
    spawn_join(),
    hand_over().

cpu() ->
    {Used, _} = statistics(runtime),
    Used.

report(Name, Began, Operations) ->
    io:format("~-16s ~.1f ns~n", [Name, (cpu() - Began) / Operations * 1.0e6]).

wait_for(0) -> ok;
wait_for(N) -> receive done -> wait_for(N - 1) end.

yield() ->
    Main = self(),
    Began = cpu(),
    [spawn(fun() -> give_way(50000), Main ! done end) || _ <- lists:seq(1, 100)],
    wait_for(100),
    report("yield", Began, 100 * 50000).

give_way(0) -> ok;
give_way(N) -> erlang:yield(), give_way(N - 1).

ring() ->
    Main = self(),
    Last = spawn(fun() -> receive {next, First} -> member(First, 2000, Main) end end),
    First = lists:foldl(fun(_, Following) -> spawn(fun() -> member(Following, 2000, none) end) end, Last, lists:seq(2, 1000)),
    Began = cpu(),
    Last ! {next, First},
    First ! token,
    wait_for(1),
    report("ring", Began, 1000 * 2000).

member(_, 0, none) -> ok;
member(_, 0, Main) -> Main ! done;
member(Following, Laps, Main) ->
    receive token -> Following ! token end,
    member(Following, Laps - 1, Main).

spawn_join() ->
    Began = cpu(),
    spawn_one(300000),
    report("spawn_join", Began, 300000).

spawn_one(0) -> ok;
spawn_one(N) ->
    Main = self(),
    spawn(fun() -> Main ! done end),
    wait_for(1),
    spawn_one(N - 1).

hand_over() ->
    Main = self(),
    Other = spawn(fun() -> answer(500000, Main) end),
    Began = cpu(),
    ask(500000, Other),
    report("hand_over", Began, 2 * 500000).

answer(0, _) -> ok;
answer(N, Main) -> receive ping -> Main ! done end, answer(N - 1, Main).

ask(0, _) -> ok;
ask(N, Other) -> Other ! ping, wait_for(1), ask(N - 1, Other).

blocked_memory() ->
    Before = erlang:memory(total),
    Blocked = [spawn(fun() -> receive go -> ok end end) || _ <- lists:seq(1, 100000)],
    io:format("~-16s ~.1f bytes~n", ["blocked_memory", (erlang:memory(total) - Before) / 100000]),
    [One ! go || One <- Blocked].
