using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Descriptions out of the XML documentation files that lie beside the assemblies.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _files = [];

    /// <summary>From the attribute, else the summary, else the summary of the interface member it implements.</summary>
    public string? Of(MemberInfo member) =>
        member.GetCustomAttribute<GraphQLDescriptionAttribute>(false)?.Text
        ?? Text(Find(member)?.Element("summary"))
        ?? FromRecordParameter(member)
        ?? FromInterface(member);

    public string? Of(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<GraphQLDescriptionAttribute>()?.Text
            ?? Parameter(Find(parameter.Member), parameter.Name!);

    /// <summary>Of a parameter of a record's constructor, which is documented on the record.</summary>
    public string? OfParameter(Type record, ParameterInfo parameter) =>
        parameter.GetCustomAttribute<GraphQLDescriptionAttribute>()?.Text
        ?? Parameter(Find(record), parameter.Name!)
        ?? Parameter(Find(parameter.Member), parameter.Name!);

    private static string? Parameter(XElement? docs, string name) =>
        Text(docs?.Elements("param").FirstOrDefault(element => (string?)element.Attribute("name") == name));

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var flat = new StringBuilder();
        Flatten(element, flat);
        var paragraphs = flat.ToString().Split('\u2029').Select(part => Blanks().Replace(part, " ").Trim());
        var text = string.Join("\n\n", paragraphs.Where(part => part.Length > 0));
        return text.Length == 0 ? null : text;
    }

    private static void Flatten(XElement element, StringBuilder flat)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText text:
                    flat.Append(text.Value);
                    break;
                case XElement { IsEmpty: true, Name.LocalName: "see" or "seealso" or "paramref" } reference:
                    flat.Append(Referred(reference));
                    break;
                case XElement { Name.LocalName: "c" or "code" } code:
                    flat.Append('`').Append(code.Value).Append('`');
                    break;
                case XElement { Name.LocalName: "para" or "item" } paragraph:
                    flat.Append('\u2029');
                    Flatten(paragraph, flat);
                    flat.Append('\u2029');
                    break;
                case XElement other:
                    Flatten(other, flat);
                    break;
                default:
                    break;
            }
        }
    }

    // "M:Some.Namespace.Type.Method(System.Int32)" reads as Method.
    private static string Referred(XElement reference)
    {
        var target = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name")
            ?? (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("href") ?? "";
        if (reference.Attribute("cref") is null)
        {
            return target;
        }

        var name = target.Split('(')[0].Split('`')[0];
        return name[(name.LastIndexOfAny(['.', ':']) + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    private string? FromRecordParameter(MemberInfo member) =>
        member is PropertyInfo property ? Parameter(Find(property.DeclaringType!), property.Name) : null;

    private string? FromInterface(MemberInfo member)
    {
        if (member is Type || member.DeclaringType is not { } declaring)
        {
            return null;
        }

        return declaring.GetInterfaces()
            .SelectMany(parent => parent.GetMember(member.Name))
            .Select(inherited => Text(Find(inherited)?.Element("summary")))
            .FirstOrDefault(text => text is not null);
    }

    private XElement? Find(MemberInfo member)
    {
        var file = Load(member.Module.Assembly);
        return file.Count == 0 ? null : file.GetValueOrDefault(XmlDocId.Of(member));
    }

    private Dictionary<string, XElement> Load(Assembly assembly)
    {
        if (_files.TryGetValue(assembly, out var known))
        {
            return known;
        }

        var path = assembly.IsDynamic || assembly.Location.Length == 0
            ? null
            : Path.ChangeExtension(assembly.Location, ".xml");
        return _files[assembly] = path is null || !File.Exists(path)
            ? []
            : XDocument.Load(path, LoadOptions.PreserveWhitespace).Descendants("member")
                .Where(element => element.Attribute("name") is not null)
                .GroupBy(element => element.Attribute("name")!.Value)
                .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
    }
}
