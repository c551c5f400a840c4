namespace CrmCloud.Tests.GraphQL;

/// <summary>
/// Runs work on a thread with little stack, so that recursion without a bound ends the test run here and now.
/// </summary>
internal static class SmallStack
{
    private const int StackBytes = 512 * 1024;

    /// <returns>The result, and the bytes allocated on the way: a measure of work that no busy machine
    /// changes.</returns>
    public static (T Result, long AllocatedBytes) Run<T>(Func<T> work)
    {
        (T, long)? outcome = null;
        Exception? thrown = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var result = work();
                    outcome = (result, GC.GetAllocatedBytesForCurrentThread() - before);
                }
#pragma warning disable CA1031 // The caller's thread is told, whatever it is.
                catch (Exception problem)
#pragma warning restore CA1031
                {
                    thrown = problem;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        return thrown is null ? outcome!.Value : throw new InvalidOperationException("The work threw.", thrown);
    }
}
