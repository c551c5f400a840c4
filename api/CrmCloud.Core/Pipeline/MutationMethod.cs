using System.Linq.Expressions;
using System.Reflection;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// A feature's mutation method, compiled. It takes its input, and whichever it needs of caller, items and stop.
/// </summary>
public sealed class MutationMethod<TPayload>
{
    private readonly Invocation _invoke;

    public MutationMethod(MethodInfo method)
    {
        var parameters = method.GetParameters();
        InputType = parameters.FirstOrDefault(p => p.Name == "input")?.ParameterType
            ?? throw new InvalidOperationException(
                $"{method.DeclaringType!.Name}.{method.Name} has no parameter 'input'.");
        IsList = parameters.Any(p => p.ParameterType == typeof(MutationItems));
        Class = method.DeclaringType!;
        _invoke = Compile(method, parameters);
    }

    private delegate Task<Outcome<Change<TPayload>>> Invocation(
        object instance, object input, Caller caller, MutationItems items, CancellationToken stop);

    public Type Class { get; }

    public Type InputType { get; }

    /// <summary>Whether it runs its items through the pipeline itself.</summary>
    public bool IsList { get; }

    public Task<Outcome<Change<TPayload>>> InvokeAsync(
        object instance, object input, Caller caller, MutationItems items, CancellationToken stop) =>
        _invoke(instance, input, caller, items, stop);

    private static Invocation Compile(MethodInfo method, ParameterInfo[] parameters)
    {
        var instance = Expression.Parameter(typeof(object));
        var input = Expression.Parameter(typeof(object));
        var given = new[]
        {
            Expression.Parameter(typeof(Caller)), Expression.Parameter(typeof(MutationItems)),
            Expression.Parameter(typeof(CancellationToken)),
        };
        var arguments = parameters.Select(p => p.Name == "input"
            ? Expression.Convert(input, p.ParameterType)
            : given.FirstOrDefault(g => g.Type == p.ParameterType) as Expression
                ?? throw new InvalidOperationException(
                    $"{method.Name}: nothing to give for '{p.Name}'; use the constructor."));
        var call = Expression.Call(Expression.Convert(instance, method.DeclaringType!), method, arguments);
        return Expression.Lambda<Invocation>(call, [instance, input, .. given]).Compile();
    }
}
