using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Results of methods, whatever kind of task they come in, as boxed values.</summary>
internal static class TaskValues
{
    public static readonly MethodInfo TypedParents = Find(nameof(Parents));

    /// <summary>A static method from the task type to <c>ValueTask&lt;object?&gt;</c>.</summary>
    public static MethodInfo BoxerOf(Type task) =>
        Find(task.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(OfTask)
            : task.GetGenericTypeDefinition() == typeof(ValueTask<>) ? nameof(OfValueTask)
            : nameof(OfStream)).MakeGenericMethod(task.GetGenericArguments()[0]);

    /// <summary>A static method from a list, or a task of one, to a task of a list of boxed values.</summary>
    public static MethodInfo ListBoxerOf(Type type)
    {
        var list = ClrShape.TaskResult(type) ?? type;
        var item = ClrShape.ItemOf(list) ?? throw new SchemaException("A batch resolver returns a list.");
        var name = ClrShape.TaskResult(type) is null ? nameof(OfList)
            : type.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(OfListTask)
            : nameof(OfListValueTask);
        return name == nameof(OfList)
            ? Find(name).MakeGenericMethod(item)
            : Find(name).MakeGenericMethod(list, item);
    }

    private static MethodInfo Find(string name) =>
        typeof(TaskValues).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static T[] Parents<T>(IReadOnlyList<object?> parents)
    {
        var typed = new T[parents.Count];
        for (var i = 0; i < typed.Length; i++)
        {
            typed[i] = (T)parents[i]!;
        }

        return typed;
    }

    private static ValueTask<object?> OfTask<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.GetAwaiter().GetResult()) : Awaited(task);

        static async ValueTask<object?> Awaited(Task<T> task) => await task.ConfigureAwait(false);
    }

    private static ValueTask<object?> OfValueTask<T>(ValueTask<T> task)
    {
        return task.IsCompletedSuccessfully ? new(task.GetAwaiter().GetResult()) : Awaited(task);

        static async ValueTask<object?> Awaited(ValueTask<T> task) => await task.ConfigureAwait(false);
    }

    private static ValueTask<object?> OfStream<T>(IAsyncEnumerable<T> stream) => new(stream);

    private static ValueTask<IReadOnlyList<object?>> OfList<T>(IEnumerable<T> list) => new(Boxed(list));

    private static async ValueTask<IReadOnlyList<object?>> OfListTask<TList, T>(Task<TList> task)
        where TList : IEnumerable<T> => Boxed(await task.ConfigureAwait(false));

    private static async ValueTask<IReadOnlyList<object?>> OfListValueTask<TList, T>(ValueTask<TList> task)
        where TList : IEnumerable<T> => Boxed(await task.ConfigureAwait(false));

    private static IReadOnlyList<object?> Boxed<T>(IEnumerable<T> list) =>
        list as IReadOnlyList<object?> ?? [.. list.Select(item => (object?)item)];
}
