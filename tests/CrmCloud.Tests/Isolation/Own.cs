namespace CrmCloud.Tests.Isolation;

/// <summary>What the walk may leave out, each with its reason.</summary>
internal static class Own
{
    /// <summary>Text fields that hold our own words or codes, never a caller's free text.</summary>
    public static readonly string[] PlainTexts =
    [
        // The first app's name; other apps' names are marked as App.name.
        "Actor.label",
        "ApiKey.keyId", "ApiKey.prefix", "App.appId", "AuditEntry.operation", "Cohort.label", "FieldChange.path",
        // A known key, so that the indicator made of it is computed.
        "Measurement.key",
        "FigureSnapshot.label", "FigureSnapshot.name", "Forecast.reason",
        "Progress.label", "Progress.reason", "ProgressPoint.label",
        "Baseline.period", "SegmentSizePoint.label", "Target.text",
        // The caller's own rule, given back.
        "SegmentPreview.tree",
        // A sentence that has to be understood.
        "Objective.statement",
        // A world is told by his number too; see World.Shows.
        "Customer.phone",
        "AttributeValue.source", "BulkErrorCount.column", "BulkErrorCount.exampleMessage",
        "BulkOperation.errorsUrl", "BulkOperation.waitingFor",
        "Kpi.description", "Kpi.expression", "Kpi.key", "Kpi.name", "KpiExplanation.formula", "KpiOperand.name",
        "KpiOperand.source", "KpiValue.label", "PermittedContact.reason", "RfmBox.group", "RfmScore.cell",
        "RowError.column", "RowError.message",
        "RfmCutPoint.dimension", "Tenant.currency", "Tenant.fiscalYearStart",
        "Tenant.languages", "Tenant.slug", "Tenant.timeZone",
    ];

    /// <summary>Types of which a healthy world has no object.</summary>
    public static readonly string[] Unseen =
    [
        // Nothing that the API takes makes a worker fail; its texts are our own words.
        "DeadLetter",
        // Of a segment with a rule; the walk's is a manual one, so that naming members makes a difference.
        "RuleTrace",
        // Only for statements that are vague; made of our own words.
        "ObjectiveSuggestion",
        // Only numbers, and our own words for reasons.
        "Exclusion", "KpiComparison", "SkipCount",
    ];

    /// <summary>Places of ids where even one's own makes no difference.</summary>
    public static readonly string[] SilentSlots =
    [
        // The statement names the indicator too; one that is unknown counts as not given.
        "objectiveCheck(kpi.id)",
    ];

    /// <summary>Root fields that cannot succeed here.</summary>
    public static readonly string[] Unreached = [];
}
