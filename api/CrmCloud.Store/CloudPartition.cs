namespace CrmCloud.Store;

/// <summary>
/// How tenant, mode and partition lie in Cosmos DB's one partition key: <c>{tenant}.{mode}</c> for what is tenant-wide,
/// <c>{tenant}.{mode}~{partition}</c> otherwise. Readable again, because change feeds of Cosmos DB span all tenants.
/// </summary>
public static class CloudPartition
{
    private const char BeforeMode = '.';
    private const char BeforePartition = '~';

    /// <exception cref="ArgumentException">No tenant or partition can be called so.</exception>
    public static string Of(string tenant, DataMode mode, string partition)
    {
        if (!Addresses.IsTenant(tenant) || !Addresses.IsPartition(partition))
        {
            throw new ArgumentException("No document can have this address.", nameof(tenant));
        }

        var whole = $"{tenant}{BeforeMode}{NameOf(mode)}";
        return partition.Length == 0 ? whole : $"{whole}{BeforePartition}{partition}";
    }

    /// <summary>Whose a document is, or false for a key that <see cref="Of"/> never makes.</summary>
    public static bool TryRead(string key, out string tenant, out DataMode mode, out string partition)
    {
        var tilde = key.IndexOf(BeforePartition, StringComparison.Ordinal);
        var whole = tilde < 0 ? key : key[..tilde];
        var dot = whole.IndexOf(BeforeMode, StringComparison.Ordinal);
        (tenant, mode, partition) = (dot < 0 ? "" : whole[..dot], DataMode.Live, tilde < 0 ? "" : key[(tilde + 1)..]);
        return Addresses.IsTenant(tenant) && TryReadMode(whole[(dot + 1)..], out mode)
            && Addresses.IsPartition(partition) && (tilde < 0 || partition.Length > 0);
    }

    /// <summary>As in the names of the embedded store's files.</summary>
    public static string NameOf(DataMode mode) => mode switch
    {
        DataMode.Live => "live",
        DataMode.Sandbox => "sandbox",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    private static bool TryReadMode(string name, out DataMode mode)
    {
        mode = name == "live" ? DataMode.Live : DataMode.Sandbox;
        return name is "live" or "sandbox";
    }
}
