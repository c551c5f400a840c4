using System.Buffers;

namespace CrmCloud.Store;

/// <summary>
/// The rules every address obeys, equal in every store: what one store refuses, the other refuses too.
/// </summary>
public static class Addresses
{
    public const int MaxPartitionLength = 40;
    public const int MaxIdLength = 500;
    public const int MaxKindLength = 64;
    public const int MaxPathLength = 200;

    private static readonly SearchValues<char> KindCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    private static readonly SearchValues<char> TenantCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>
    /// 3 to 40 characters of a-z, 0-9 and '-'. It becomes a file's name and a partition key, so nothing else.
    /// </summary>
    public static bool IsTenant(string tenant) =>
        tenant.Length is >= 3 and <= 40 && !tenant.AsSpan().ContainsAnyExcept(TenantCharacters);

    /// <summary>Whether a document can have this address. An address that cannot be has no document.</summary>
    public static bool IsWellFormed(DocumentKey key) =>
        key.Partition is not null && key.Id is not null && IsPartition(key.Partition) && IsId(key.Id);

    public static bool IsPartition(string partition) =>
        partition.Length <= MaxPartitionLength && IsPlainText(partition);

    /// <summary>1 to 64 letters, digits, '-' and '_'.</summary>
    public static bool IsKind(string kind) =>
        kind.Length is >= 1 and <= MaxKindLength && !kind.AsSpan().ContainsAnyExcept(KindCharacters);

    /// <summary>Members of letters, digits, '-' and '_', joined by '.'.</summary>
    public static bool IsPath(string path) =>
        path.Length is >= 1 and <= MaxPathLength && !path.AsSpan().ContainsAnyExcept(PathCharacters)
        && path[0] != '.' && path[^1] != '.' && !path.Contains("..", StringComparison.Ordinal);

    private static bool IsId(string id)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < id.Length - 1 && id.Length <= MaxIdLength && IsKind(id[..slash]) && IsPlainText(id);
    }

    // Half a surrogate pair would be written as the replacement character, and two different ids would become one.
    private static bool IsPlainText(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (character is '\\' or '?' or '#' || char.IsControl(character) || char.IsLowSurrogate(character))
            {
                return false;
            }

            if (char.IsHighSurrogate(character) && (++at == text.Length || !char.IsLowSurrogate(text[at])))
            {
                return false;
            }
        }

        return true;
    }
}
