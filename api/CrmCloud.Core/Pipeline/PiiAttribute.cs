using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Pipeline;

public enum PiiClass
{
    Contact,
    Identifier,
    Demographic,
    Behavioral,
    FreeText,
}

/// <summary>
/// Personal data: masked unless the caller holds CUSTOMERS_READ_PII, never written to the audit trail or to logs.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Method)]
public sealed class PiiAttribute(PiiClass piiClass = PiiClass.Contact) : SchemaDirectiveAttribute
{
    /// <summary>What stands in place of a text the caller may not see.</summary>
    public const string Mask = "***";

    public PiiClass Class { get; } = piiClass;

    public override void Apply(FieldBuilder field) => field.Map((context, value) =>
        value is null || context.Request.State.Get<Caller>().SeesPersonalData ? value : value is string ? Mask : null);
}
