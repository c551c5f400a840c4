using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>
/// Decides whether a request may select a field or a type. Runs for the whole operation before any resolver; for an
/// object met only through an interface, when it is met.
/// </summary>
/// <returns>Null to allow. Path and location are added to the error.</returns>
public delegate GraphQLError? Guard(GuardContext context);

/// <summary>What a guard may look at.</summary>
public sealed class GuardContext
{
    public required GraphQLRequest Request { get; init; }

    public required Schema Schema { get; init; }

    /// <summary>The type the selected field belongs to, or the type selected.</summary>
    public required NamedType Type { get; init; }

    /// <summary>Null for a guard on a type.</summary>
    public Field? Field { get; init; }
}
