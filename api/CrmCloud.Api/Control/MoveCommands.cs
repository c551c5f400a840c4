using CrmCloud.Api.CommandLine;
using CrmCloud.Core.Moving;
using CrmCloud.Store;

namespace CrmCloud.Api.Control;

/// <summary>The commands that carry a tenant from one store to another.</summary>
public sealed class MoveCommands(
    TenantExport export, TenantImport import, TenantComparison comparison, TenantFreeze freeze)
{
    public const string Export = "tenant export";
    public const string Import = "tenant import";
    public const string Compare = "tenant compare";
    public const string Discard = "tenant discard";
    public const string Freeze = "tenant freeze";
    public const string Unfreeze = "tenant unfreeze";

    /// <summary>Whether a command is one of these, which may take hours.</summary>
    public static bool Knows(string command) => command is Export or Import or Compare or Discard or Freeze or Unfreeze;

    public async Task<ControlAnswer> RunAsync(ControlRequest request, CancellationToken stop)
    {
        var (slug, path) = (request.Slug ?? "", request.Path ?? "");
        try
        {
            return request.Command switch
            {
                Export => Answer(await export.RunAsync(slug, path, request.StayReadOnly, stop), "Exported"),
                Import => Answer(await import.RunAsync(path, request.StayReadOnly, stop), "Imported"),
                Compare => Answer(await comparison.RunAsync(path, stop), "Compared"),
                Discard => await DiscardAsync(slug, stop),
                Freeze => Answer(slug, "read-only", await freeze.FreezeAsync(slug, stop)),
                _ => Answer(slug, "active", await freeze.UnfreezeAsync(slug, stop)),
            };
        }
        catch (MoveRefusedException refused)
        {
            return new(ExitCodes.Refused, refused.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new(ExitCodes.Failed, failure.Message);
        }
        catch (VersionConflictException)
        {
            return new(ExitCodes.Refused, "Another command moves the same tenant at this moment.");
        }
    }

    private async Task<ControlAnswer> DiscardAsync(string slug, CancellationToken stop)
    {
        await import.DiscardAsync(slug, stop);
        return new(ExitCodes.Ok, $"Removed what an import of tenant '{slug}' had left.");
    }

    private static ControlAnswer Answer(string slug, string state, bool changed) =>
        new(ExitCodes.Ok, $"Tenant '{slug}' is {state}{(changed ? "" : " already")}.");

    private static string ReadOnly(string slug) =>
        $" He is read-only until 'tenant unfreeze {slug}' lets him go on.";

    private static ControlAnswer Answer(MoveReport report, string done)
    {
        var same = report.Differences.Count == 0;
        var equal = done == "Exported" ? "" : " Everything is equal to the file.";
        var words = same ? equal : $" Different: {string.Join("; ", report.Differences)}.";
        var message = $"{done} tenant '{report.Tenant}': {report.Documents} documents, {report.Indicators} values of "
            + $"indicators, {report.Bytes} bytes.{words}{(report.IsReadOnly ? ReadOnly(report.Tenant) : "")}";
        return new(same ? ExitCodes.Ok : ExitCodes.Failed, message) { Moved = report };
    }
}
