using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// What one request may ask for. Everything is checked before the first resolver runs, but time and errors.
/// </summary>
/// <remarks>A refusal names the limit and the measured value.</remarks>
public sealed record QueryLimits
{
    public static QueryLimits Default { get; } = new();

    /// <summary>Bytes, tokens and nesting of the document.</summary>
    public ParserOptions Document { get; init; } = ParserOptions.Default;

    /// <summary>Fields, depth, aliases, directives and fragments of the document.</summary>
    public ValidationOptions Operation { get; init; } = ValidationOptions.Default;

    /// <summary>Nesting of the variables and of the whole JSON body. Default 64.</summary>
    /// <remarks>.NET cannot catch a stack overflow; the process ends. Never unbounded.</remarks>
    public int JsonDepth { get; init; } = 64;

    /// <summary>Wrong values reported for the variables of one request. Default 50.</summary>
    public int VariableErrors { get; init; } = 50;

    /// <summary>Value of an argument that slices a list; over it is an error, never a cut. Default 250.</summary>
    public int PageSize { get; init; } = 250;

    /// <summary>
    /// Cost points of one operation; see <see cref="CostModel"/> for how fields are priced. Default 1,000.
    /// </summary>
    public int CostPoints { get; init; } = 1_000;

    /// <summary>Items assumed for a list of objects that does not say how long it can be. Default 10.</summary>
    public int AssumedListSize { get; init; } = 10;

    /// <summary>
    /// Errors reported in one answer; the rest is counted in <c>extensions.errorsLeftOut</c>. Default 100.
    /// </summary>
    public int Errors { get; init; } = 100;

    /// <summary>Time for one operation, from parsed to written. Default 30 seconds.</summary>
    public TimeSpan ExecutionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Size of one answer in bytes. Default 67,108,864 (64 MB).</summary>
    public int ResponseBytes { get; init; } = 64 << 20;

    /// <summary>Parsed documents kept for the next time, by estimated bytes. Default 67,108,864 (64 MB).</summary>
    public long CachedDocumentBytes { get; init; } = 64 << 20;
}
