using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// Scopes of which the caller needs at least one; checked over the whole operation before anything runs.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Property)]
public sealed class RequiresScopeAttribute(params Scope[] anyOf) : SchemaDirectiveAttribute
{
    public IReadOnlyList<Scope> AnyOf { get; } = anyOf;

    public override void Apply(FieldBuilder field) => field.AddGuard(Check);

    public override void Apply(TypeBuilder type) => type.AddGuard(Check);

    /// <summary>For a field that needs a second scope beside the one it is guarded by.</summary>
    /// <param name="what">Coordinate of the field.</param>
    /// <exception cref="GraphQLRequestException">FORBIDDEN, as a guard would say it.</exception>
    public static void Demand(Caller caller, string what, Scope scope)
    {
        if (!caller.Has(scope))
        {
            var error = Refusal(what, [scope]);
            throw new GraphQLRequestException(error.Code!, error.Message, error.Extensions);
        }
    }

    private GraphQLError? Check(GuardContext context) => context.Request.State.Get<Caller>().HasAny(AnyOf)
        ? null
        : Refusal(context.Field is null ? context.Type.Name : $"{context.Type.Name}.{context.Field.Name}", AnyOf);

    private static GraphQLError Refusal(string what, IReadOnlyList<Scope> anyOf)
    {
        var names = anyOf.Select(s => Problem.PublicName(s)).ToList();
        return new GraphQLError($"{what} needs the scope {string.Join(" or ", names)}, which this key does not hold.")
        {
            Code = "FORBIDDEN",
            Extensions = new Dictionary<string, object?> { ["anyOf"] = names },
        };
    }
}
