using System.Linq.Expressions;
using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Methods as compiled functions of the field context.</summary>
internal sealed class MethodInvoker(SchemaAssembly assembly)
{
    private readonly Dictionary<Type, object?> _instances = [];

    /// <summary>For a method that answers at once; null for one that returns a task.</summary>
    public Func<FieldContext, object?>? Pure(MethodInfo method)
    {
        if (ClrShape.TaskResult(method.ReturnType) is not null)
        {
            return null;
        }

        var context = Expression.Parameter(typeof(FieldContext), "context");
        var call = Call(method, context, Expression.Property(context, nameof(FieldContext.Parent)), null);
        return Expression.Lambda<Func<FieldContext, object?>>(
            Expression.Convert(call, typeof(object)), context).Compile();
    }

    /// <summary>For any method.</summary>
    public Func<FieldContext, ValueTask<object?>> Async(MethodInfo method)
    {
        if (Pure(method) is { } pure)
        {
            return context => ValueTask.FromResult(pure(context));
        }

        var context = Expression.Parameter(typeof(FieldContext), "context");
        var call = Call(method, context, Expression.Property(context, nameof(FieldContext.Parent)), null);
        var awaited = Expression.Call(TaskValues.BoxerOf(method.ReturnType), call);
        return Expression.Lambda<Func<FieldContext, ValueTask<object?>>>(awaited, context).Compile();
    }

    public Func<BatchContext, ValueTask<IReadOnlyList<object?>>> Batch(MethodInfo method)
    {
        var parents = method.GetParameters().SingleOrDefault(p => p.IsDefined(typeof(ParentAttribute)))
            ?? throw new SchemaException("A batch resolver needs one parameter [Parent] IReadOnlyList<X>.");
        var parent = ClrShape.ItemOf(parents.ParameterType)
            ?? throw new SchemaException("The [Parent] of a batch resolver is a list of parents.");
        if (!parents.ParameterType.IsAssignableFrom(parent.MakeArrayType()))
        {
            throw new SchemaException($"The [Parent] of a batch resolver is an IReadOnlyList<{parent.Name}>.");
        }

        var batch = Expression.Parameter(typeof(BatchContext), "batch");
        var typed = Expression.Call(
            TaskValues.TypedParents.MakeGenericMethod(parent),
            Expression.Property(batch, nameof(BatchContext.Parents)));
        var call = Call(method, Expression.Property(batch, nameof(BatchContext.Field)), typed, batch);
        var values = Expression.Call(TaskValues.ListBoxerOf(method.ReturnType), call);
        return Expression.Lambda<Func<BatchContext, ValueTask<IReadOnlyList<object?>>>>(values, batch).Compile();
    }

    private MethodCallExpression Call(MethodInfo method, Expression context, Expression parent, Expression? batch)
    {
        var arguments = method.GetParameters().Select(p => Value(p, context, parent, batch));
        return method.IsStatic
            ? Expression.Call(method, arguments)
            : Expression.Call(Instance(method, context), method, arguments);
    }

    private Expression Value(ParameterInfo parameter, Expression context, Expression parent, Expression? batch)
    {
        var type = parameter.ParameterType;
        var request = Expression.Property(context, nameof(FieldContext.Request));
        var services = Expression.Property(context, nameof(FieldContext.Services));
        var isNullable = new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
        return assembly.Arguments.SourceOf(parameter) switch
        {
            ParameterSource.Parent => Expression.Convert(parent, type),
            ParameterSource.Context => context,
            ParameterSource.Batch => batch ?? throw new SchemaException("BatchContext is for batch resolvers."),
            ParameterSource.Cancellation => Expression.Property(context, nameof(FieldContext.Cancellation)),
            ParameterSource.Services => services,
            ParameterSource.Loader => Expression.Call(context, nameof(FieldContext.Loader), [type]),
            ParameterSource.State => Expression.Call(
                Expression.Property(request, nameof(GraphQLRequest.State)),
                isNullable ? nameof(RequestState.Find) : nameof(RequestState.Get),
                [type]),
            ParameterSource.Service => Expression.Call(
                typeof(ServiceProviderServiceExtensions),
                isNullable
                    ? nameof(ServiceProviderServiceExtensions.GetService)
                    : nameof(ServiceProviderServiceExtensions.GetRequiredService),
                [type],
                services),
            _ => Expression.Call(
                context, nameof(FieldContext.Argument), [type], Expression.Constant(SchemaNames.Argument(parameter))),
        };
    }

    // A root or extension class stands beside the data; any other class is the parent itself.
    private Expression Instance(MethodInfo method, Expression context)
    {
        var type = method.ReflectedType!;
        if (!assembly.Builder.Roots.Contains(type))
        {
            return Expression.Convert(Expression.Property(context, nameof(FieldContext.Parent)), method.DeclaringType!);
        }

        if (!_instances.TryGetValue(type, out var made))
        {
            var canMake = !assembly.Builder.IsService(type) && type.GetConstructor(Type.EmptyTypes) is not null;
            _instances[type] = made = canMake ? Activator.CreateInstance(type) : null;
        }

        return made is not null
            ? Expression.Constant(made, type)
            : Expression.Call(
                typeof(ActivatorUtilities),
                nameof(ActivatorUtilities.GetServiceOrCreateInstance),
                [type],
                Expression.Property(context, nameof(FieldContext.Services)));
    }
}
