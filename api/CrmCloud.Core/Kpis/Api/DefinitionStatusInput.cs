using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Kpis.Api;

/// <summary>Names a definition and what it shall be.</summary>
public sealed record DefinitionStatusInput([property: Id] string Id, DefinitionStatus Status);
