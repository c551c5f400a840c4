using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Methods that are roots of subscriptions.</summary>
internal static class Streams
{
    /// <summary>Whether the method is a root of subscriptions and gives a stream of events.</summary>
    /// <exception cref="SchemaException">It is the one without the other.</exception>
    public static bool IsStream(MethodInfo method)
    {
        var isRoot = method.IsDefined(typeof(SubscriptionAttribute));
        var gives = IsSequence(method.ReturnType)
            || (ClrShape.TaskResult(method.ReturnType) is { } result && IsSequence(result));
        return isRoot == gives
            ? isRoot
            : throw new SchemaException(isRoot
                ? "A [Subscription] returns an IAsyncEnumerable<T> or a task of one."
                : "An IAsyncEnumerable<T> is for [Subscription] methods; return a list.");
    }

    public static StreamResolver Resolver(MethodInfo method, SchemaAssembly assembly) =>
        new(assembly.Invokers.Async(method));

    private static bool IsSequence(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
}
