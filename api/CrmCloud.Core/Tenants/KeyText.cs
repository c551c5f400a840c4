using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>The text of an API key: <c>ck_live_</c> or <c>ck_test_</c>, 256 random bits, and a checksum.</summary>
public static class KeyText
{
    public const int LeastLength = 32;
    public const int MostLength = 200;
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;

    public static string New(DataMode mode)
    {
        var body = PrefixOf(mode) + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return body + Checksum(body);
    }

    /// <summary>
    /// Whether one of our own keys was cut or mistyped, which is worth telling apart from an unknown key. Keys of
    /// another form (an operator's own demo key) have no checksum to fail.
    /// </summary>
    public static bool IsDamaged(string key)
    {
        var ours = key.StartsWith("ck_live_", StringComparison.Ordinal)
            || key.StartsWith("ck_test_", StringComparison.Ordinal);
        if (!ours)
        {
            return false;
        }

        return key.Length != 8 + SecretLength + ChecksumLength
            || Checksum(key[..^ChecksumLength]) != key[^ChecksumLength..];
    }

    /// <summary>Lower-case hex SHA-256.</summary>
    public static string Fingerprint(string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static string DisplayPrefix(string key) => key[..12];

    private static string PrefixOf(DataMode mode) => mode == DataMode.Live ? "ck_live_" : "ck_test_";

    private static string Checksum(string body) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(body)).AsSpan(0, 4));
}
