using System.CommandLine;
using CrmCloud.Api.Control;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.CommandLine;

/// <summary>Options and settings that every command reads in the same way.</summary>
public static class SharedOptions
{
    public static Option<string?> DataDirectory { get; } = new("--data-directory")
    {
        Description = "Where the data lie. Default: CrmCloud__DataDirectory, else as the server's own default.",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document on stdout.",
        Recursive = true,
    };

    /// <summary>The settings the server would have, with the command's own on top.</summary>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static CrmCloudOptions Settings(ParseResult parsed)
    {
        var configuration = CrmCloudHost.CreateBuilder([]).Configuration;
        if (SettingNames.Faults<CrmCloudOptions>(configuration) is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(CrmCloudOptions.Section, typeof(CrmCloudOptions), faults);
        }

        var settings = configuration.GetSection(CrmCloudOptions.Section).Get<CrmCloudOptions>() ?? new();
        settings.DataDirectory = parsed.GetValue(DataDirectory) ?? settings.DataDirectory;
        var check = new CrmCloudOptionsCheck().Validate(null, settings);
        return check.Failed
            ? throw new OptionsValidationException(CrmCloudOptions.Section, typeof(CrmCloudOptions), check.Failures)
            : settings;
    }

    public static ControlClient Client(ParseResult parsed) => new(Settings(parsed), TimeProvider.System);
}
