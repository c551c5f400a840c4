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

    private GraphQLError? Check(GuardContext context)
    {
        if (context.Request.State.Get<Caller>().HasAny(AnyOf))
        {
            return null;
        }

        var names = AnyOf.Select(s => Problem.PublicName(s)).ToList();
        var what = context.Field is null ? context.Type.Name : $"{context.Type.Name}.{context.Field.Name}";
        return new GraphQLError($"{what} needs the scope {string.Join(" or ", names)}, which this key does not hold.")
        {
            Code = "FORBIDDEN",
            Extensions = new Dictionary<string, object?> { ["anyOf"] = names },
        };
    }
}
