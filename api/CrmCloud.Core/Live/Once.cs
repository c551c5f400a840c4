namespace CrmCloud.Core.Live;

/// <summary>Does something when it is disposed, the first time only: several may be the one to end a thing.</summary>
internal sealed class Once(Action act) : IDisposable
{
    private Action? _act = act;

    public void Dispose() => Interlocked.Exchange(ref _act, null)?.Invoke();
}
