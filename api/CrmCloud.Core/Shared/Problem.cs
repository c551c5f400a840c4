using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Shared;

/// <summary>What clients switch on. Never renamed; explained in api/PROBLEMS.md.</summary>
public enum UserErrorCode
{
    Invalid,
    Required,
    TooLong,
    OutOfRange,
    NotFound,
    AlreadyExists,
    Conflict,
    IdempotencyMismatch,
    ObjectiveVague,
    ObjectiveOneSided,
    WrongState,
    InUse,
    Cycle,
    ForbiddenField,
    MergeBlocked,
    QuotaExceeded,
    TryAgain,
    RuleSyntax,
    RuleTooExpensive,
}

/// <summary>
/// A business failure: data, not a top-level error. Plain clients read code, message and field; others select the
/// concrete type for its extra fields.
/// </summary>
[InterfaceType, GraphQLName("UserError")]
public interface IUserError
{
    UserErrorCode Code { get; }

    /// <summary>For a person: what is wrong and what would be accepted.</summary>
    string Message { get; }

    /// <summary>Path into the arguments, e.g. ["input","target","amount"].</summary>
    IReadOnlyList<string>? Field { get; }

    /// <summary>The page that explains this code.</summary>
    string? DocUrl { get; }
}

/// <summary>
/// Something the caller can fix. Bugs throw; problems are returned, several at once where several are true.
/// </summary>
/// <param name="Message">
/// For a person: what is wrong and what would be accepted. Names the caller's own input only.
/// </param>
/// <param name="At">Path of the input at fault, such as "input.target.amount".</param>
public abstract record Problem(UserErrorCode Code, string Message, [property: GraphQLIgnore] string? At) : IUserError
{
    public IReadOnlyList<string>? Field => At?.Split('.');

    public string? DocUrl => $"/docs/problems#{PublicName(Code)}";

    public static implicit operator string(Problem problem) => problem.Message;

    /// <summary>The code as clients see it: SCREAMING_SNAKE.</summary>
    [GraphQLIgnore]
    public static string PublicName(Enum code) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}

/// <summary>The input is not acceptable; `allowed` lists what would be, where that is a short list.</summary>
[GraphQLName("InvalidInputError")]
public sealed record InvalidInput(UserErrorCode Code, string Message, string? At, IReadOnlyList<string>? Allowed = null)
    : Problem(Code, Message, At);

/// <summary>No such object, or one of another tenant: the answer is the same.</summary>
[GraphQLName("NotFoundError")]
public sealed record NotFound(string Message, string? At) : Problem(UserErrorCode.NotFound, Message, At);

/// <summary>The stored revision is not the one the caller expected.</summary>
[GraphQLName("ConflictError")]
public sealed record Conflict(string Message, string? At, long? CurrentVersion)
    : Problem(UserErrorCode.Conflict, Message, At);

/// <summary>The idempotency key was used before with other input.</summary>
[GraphQLName("IdempotencyMismatchError")]
public sealed record IdempotencyMismatch(string Message, DateTimeOffset FirstUsedAt)
    : Problem(UserErrorCode.IdempotencyMismatch, Message, "options.idempotencyKey");

/// <summary>Others depend on the object; they are named.</summary>
[GraphQLName("InUseError")]
public sealed record InUse(string Message, string? At, IReadOnlyList<INode> Dependents)
    : Problem(UserErrorCode.InUse, Message, At);

/// <summary>The short way to the common problems.</summary>
public static class Problems
{
    public static Problem Required(string at) =>
        new InvalidInput(UserErrorCode.Required, $"{Last(at)} is required.", at);

    public static Problem TooLong(string at, int length, int most) =>
        new InvalidInput(
            UserErrorCode.TooLong, $"{Last(at)} has {length} characters; at most {most} are accepted.", at);

    public static Problem Invalid(string at, string message, IReadOnlyList<string>? allowed = null) =>
        new InvalidInput(UserErrorCode.Invalid, message, at, allowed);

    public static Problem OutOfRange(string at, string message) =>
        new InvalidInput(UserErrorCode.OutOfRange, message, at);

    public static Problem NotFound(string what, string at) => new NotFound($"No such {what}.", at);

    private static string Last(string at) => at[(at.LastIndexOf('.') + 1)..];
}
