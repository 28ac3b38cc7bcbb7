# Coroutines that builtin functions return.

async def anext_or(awaitable, default):
    try:
        return await awaitable
    except StopAsyncIteration:
        return default
