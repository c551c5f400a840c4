namespace CrmCloud.GraphQL.Language;

/// <summary>How large a document may be before the parser stops reading it.</summary>
public sealed record ParserOptions
{
    private readonly int _syntaxDepth = 64;

    /// <summary>The limits for documents from callers.</summary>
    public static ParserOptions Default { get; } = new();

    /// <summary>For text of our own, such as a schema file: 16 MB, any number of tokens, depth 200.</summary>
    public static ParserOptions Trusted { get; } =
        new() { DocumentBytes = 16 << 20, Tokens = int.MaxValue, SyntaxDepth = 200 };

    /// <summary>Size of the document in bytes. Default 262,144 (256 KB).</summary>
    public int DocumentBytes { get; init; } = 256 * 1024;

    /// <summary>Tokens of the document, comments not counted. Default 15,000.</summary>
    public int Tokens { get; init; } = 15_000;

    /// <summary>Nesting of any kind: selections, lists, objects, list types. 1 to 200, default 64.</summary>
    /// <remarks>
    /// .NET cannot catch a stack overflow; the process ends. Therefore 200 is the most that may be asked for.
    /// </remarks>
    public int SyntaxDepth
    {
        get => _syntaxDepth;
        init => _syntaxDepth = value is >= 1 and <= 200
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Syntax depth is 1 to 200.");
    }

    /// <summary>
    /// Reads <c>fragment a($v: T) on B</c>, which graphql-js 16 knows and no specification does. Default off.
    /// </summary>
    public bool LegacyFragmentVariables { get; init; }
}
