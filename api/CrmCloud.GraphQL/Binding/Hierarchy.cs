using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Which types implement which interfaces and belong to which unions.</summary>
internal static class Hierarchy
{
    /// <summary>The marked interfaces and base classes of a C# type, those of interfaces included.</summary>
    public static IEnumerable<Type> InterfacesOf(Type type)
    {
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (parent.IsDefined(typeof(InterfaceTypeAttribute), false))
            {
                yield return parent;
            }
        }

        foreach (var parent in type.GetInterfaces().Where(i => i.IsDefined(typeof(InterfaceTypeAttribute), false)))
        {
            yield return parent;
        }
    }

    /// <summary>
    /// Runs when every type is known: declares interfaces and members, and completes the implementers.
    /// </summary>
    public static void Link(SchemaAssembly assembly)
    {
        var bound = assembly.Outputs.Bound;
        foreach (var (clr, type) in bound)
        {
            if (type is FieldsType fields)
            {
                Declare(assembly, fields, InterfacesOf(clr).Select(parent => (InterfaceType)bound[parent]));
            }
            else if (type is UnionType union)
            {
                var members = bound.Where(pair => pair.Value is ObjectType && clr.IsAssignableFrom(pair.Key));
                union.DeclaredMembers.AddRange(
                    members.Select(pair => pair.Value).OrderBy(m => m.Name, StringComparer.Ordinal));
            }
        }
    }

    private static void Declare(SchemaAssembly assembly, FieldsType type, IEnumerable<InterfaceType> parents)
    {
        foreach (var parent in parents.OrderBy(parent => parent.Name, StringComparer.Ordinal))
        {
            type.DeclaredInterfaces.Add(parent);
            foreach (var field in assembly.FieldsOf(parent))
            {
                // An explicitly implemented member, a default one, or an extension of the interface.
                if (!assembly.FieldsOf(type).Exists(own => own.Name == field.Name))
                {
                    assembly.AddField(type, field.Copy());
                }
            }
        }
    }
}
