using CrmCloud.GraphQL.Validation;
using CrmCloud.Store;

namespace CrmCloud.Api;

/// <summary>A setting that does not exist is a spelling mistake whose author believes that it is in force.</summary>
public static class SettingNames
{
    /// <summary>One sentence for each name below the section that means nothing, with the nearest that does.</summary>
    /// <typeparam name="TOptions">Its properties are the settings.</typeparam>
    public static IReadOnlyList<string> Faults<TOptions>(IConfiguration configuration)
    {
        var known = typeof(TOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal).ToList();
        var names = configuration.GetSection(StoreSettings.Section).GetChildren().Select(s => s.Key)
            .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase));
        return [.. names.Select(name => $"There is no setting CrmCloud:{name} (environment CrmCloud__{name})."
            + Suggestion.Sentence(Suggestion.Nearest(name, known)) + $" There are {string.Join(", ", known)}.")];
    }
}
