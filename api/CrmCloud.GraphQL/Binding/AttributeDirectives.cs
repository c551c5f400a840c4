using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>
/// Attributes as directives of the schema: the definition from the class, the arguments from the instance.
/// </summary>
internal static class AttributeDirectives
{
    public static Directive Define(Type attribute, string name, string[] locations, BindingContext context)
    {
        var directive = new Directive(name, locations) { Description = context.Description(attribute) };
        foreach (var property in PropertiesOf(attribute))
        {
            directive.Arguments.Add(new InputValue(
                SchemaNames.Field(property),
                context.InputType(property.PropertyType, new NullabilityInfoContext().Create(property)))
            {
                Description = context.Description(property),
                DefaultValue = ArgumentDefault.Of(property),
            });
        }

        return directive;
    }

    /// <summary>Arguments that say more than their default does.</summary>
    public static (string Name, object? Value)[] Arguments(SchemaDirectiveAttribute attribute) => [..
        from property in PropertiesOf(attribute.GetType())
        let value = property.GetValue(attribute)
        let fallback = ArgumentDefault.Of(property)
        where value is not null && fallback?.ToString() != ConstantLiteral.Of(value).ToString()
        select (SchemaNames.Field(property), value)];

    private static IEnumerable<PropertyInfo> PropertiesOf(Type attribute) => attribute
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.DeclaringType != typeof(Attribute)
            && !property.IsDefined(typeof(GraphQLIgnoreAttribute)))
        .OrderBy(property => property.MetadataToken);
}
