using System.ComponentModel;
using System.Reflection;
using CrmCloud.GraphQL.Validation;
using CrmCloud.Store;

namespace CrmCloud.Api;

/// <summary>
/// A setting that does not exist is a spelling mistake whose author believes that it is in force; one of the wrong type
/// cannot be bound at all.
/// </summary>
public static class SettingNames
{
    /// <summary>
    /// One sentence for each name below the section that means nothing, with the nearest that does, and for each value
    /// that its setting cannot hold. To be asked before the section is bound. Values are never repeated.
    /// </summary>
    /// <typeparam name="TOptions">Its properties are the settings.</typeparam>
    public static IReadOnlyList<string> Faults<TOptions>(IConfiguration configuration)
    {
        var known = typeof(TOptions).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        return
        [
            .. configuration.GetSection(StoreSettings.Section).GetChildren()
                .Select(setting => Fault(setting, known)).OfType<string>(),
        ];
    }

    private static string? Fault(IConfigurationSection setting, List<PropertyInfo> known)
    {
        var name = setting.Key;
        if (known.Find(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } property)
        {
            var names = known.ConvertAll(p => p.Name);
            return $"There is no setting CrmCloud:{name} (environment CrmCloud__{name})."
                + Suggestion.Sentence(Suggestion.Nearest(name, names)) + $" There are {string.Join(", ", names)}.";
        }

        // As the binder reads it.
        return setting.Value is { } text && !TypeDescriptor.GetConverter(property.PropertyType).IsValid(text)
            ? $"CrmCloud:{property.Name} (environment CrmCloud__{property.Name}) must be "
                + $"{(property.PropertyType == typeof(bool) ? "true or false" : "a whole number")}."
            : null;
    }
}
