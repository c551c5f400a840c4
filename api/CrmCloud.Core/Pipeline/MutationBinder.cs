using System.Collections;
using System.Reflection;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core.Pipeline;

/// <summary>What every mutation answers beside its own fields.</summary>
[InterfaceType]
public interface IMutationPayload
{
    /// <summary>Why nothing was done; empty on success.</summary>
    IReadOnlyList<IUserError> UserErrors { get; }

    IReadOnlyList<Warning> Warnings { get; }

    MutationMeta Meta { get; }
}

/// <summary>
/// Makes the field of a mutation from a method that returns <c>Task&lt;Outcome&lt;Change&lt;TPayload&gt;&gt;&gt;</c>:
/// one input, one options, one payload with the payload record's members and the three that all have.
/// </summary>
public static class MutationBinder
{
    /// <summary>Null for a method that is no such mutation.</summary>
    public static FieldBuilder? Bind(MethodInfo method, BindingContext binding)
    {
        if (method.GetCustomAttribute<MutationAttribute>() is null || PayloadOf(method.ReturnType) is not { } payload)
        {
            return null;
        }

        return (FieldBuilder)typeof(MutationBinder)
            .GetMethod(nameof(BindAs), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(payload)
            .Invoke(null, [method, binding])!;
    }

    private static FieldBuilder BindAs<TPayload>(MethodInfo method, BindingContext binding)
    {
        var name = binding.FieldName(method);
        var mutation = new MutationMethod<TPayload>(method);
        var options = binding.Argument<MutationOptions>("options");
        var type = binding.CreateObjectType(
            char.ToUpperInvariant(name[0]) + name[1..] + "Payload", $"Answer of `{name}`.",
            [.. OwnFields<TPayload>(binding), .. CommonFields<TPayload>(binding)], typeof(IMutationPayload));
        return new FieldBuilder(name, NonNullType.Of(type))
        {
            Member = method,
            Description = binding.Description(method),
            Cost = 10,
        }.AddArguments(binding.Arguments(method).Where(a => a.Name == "input"))
            .AddArgument(options)
            .Resolve(async context => WithToken(
                await RunAsync(name, mutation, context), context.Request.State.Get<Caller>()));
    }

    private static MutationResult<TPayload> WithToken<TPayload>(MutationResult<TPayload> result, Caller caller) =>
        Tenants.ConsistencyToken.Of(caller) is { } token
            ? result with { Meta = result.Meta with { ConsistencyToken = token } }
            : result;

    private static async Task<MutationResult<TPayload>> RunAsync<TPayload>(
        string field, MutationMethod<TPayload> mutation, FieldContext context)
    {
        var caller = context.Request.State.Get<Caller>();
        var pipeline = context.Services!.GetRequiredService<MutationPipeline>();
        var instance = context.Services!.GetRequiredService(mutation.Class);
        var call = new MutationCall(
            field, context.ResponseName, context.Argument<object>("input")!,
            context.Argument<MutationOptions>("options") ?? new MutationOptions(), caller);
        var items = new MutationItems(call, pipeline);

        Task<Outcome<Change<TPayload>>> DecideAsync(Caller decider) =>
            mutation.InvokeAsync(instance, call.Input, decider, items, context.Cancellation);

        if (!mutation.IsList)
        {
            return await pipeline.RunAsync(call, DecideAsync, context.Cancellation);
        }

        if (MutationPipeline.KeyProblem(call) is { } problem)
        {
            return new()
            {
                UserErrors = [problem],
                Meta = new(caller.RequestId, call.Options.DryRun, Replayed: false, []),
            };
        }

        // The items have the keys, the batches and the audit entries; the list itself writes nothing.
        var list = call with
        {
            Options = call.Options with { IdempotencyKey = null },
            Caller = caller with { IdempotencyHeader = null },
        };
        var result = await pipeline.RunAsync(list, DecideAsync, context.Cancellation);
        return result with { Meta = result.Meta with { Replayed = items.AllReplayed } };
    }

    private static IEnumerable<FieldBuilder> OwnFields<TPayload>(BindingContext binding)
    {
        foreach (var property in typeof(TPayload).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<GraphQLIgnoreAttribute>() is not null)
            {
                continue;
            }

            var type = binding.OutputType(property.PropertyType, binding.Nullability(property));
            var isList = typeof(IEnumerable).IsAssignableFrom(property.PropertyType)
                && property.PropertyType != typeof(string);
            yield return new FieldBuilder(binding.FieldName(property), isList ? type : NullableOf(property, type))
            {
                Member = property,
                Description = binding.Description(property),
            }.ResolvePure(context => ((MutationResult<TPayload>)context.Parent!).Payload is { } payload
                ? property.GetValue(payload)
                : isList && type.IsNonNull ? Array.Empty<object>() : null);
        }
    }

    // A refused mutation has no payload, so what is one value must be able to be null.
    private static GraphQLType NullableOf(PropertyInfo property, GraphQLType type) =>
        type is NonNullType nonNull ? nonNull.OfType : type;

    private static IEnumerable<FieldBuilder> CommonFields<TPayload>(BindingContext binding) =>
        from property in typeof(IMutationPayload).GetProperties()
        let get = typeof(MutationResult<TPayload>).GetProperty(property.Name)!
        select new FieldBuilder(
            binding.FieldName(property), binding.OutputType(property.PropertyType, binding.Nullability(property)))
        {
            Description = binding.Description(property),
        }.ResolvePure(context => get.GetValue(context.Parent));

    private static Type? PayloadOf(Type type)
    {
        foreach (var expected in new[] { typeof(Task<>), typeof(Outcome<>), typeof(Change<>) })
        {
            if (!type.IsGenericType || type.GetGenericTypeDefinition() != expected)
            {
                return null;
            }

            type = type.GetGenericArguments()[0];
        }

        return type;
    }
}
