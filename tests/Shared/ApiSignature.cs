using System.Reflection;
using System.Runtime.CompilerServices;

namespace TestSupport;

/// <summary>Writes types and members much as C# declares them.</summary>
internal static class ApiSignature
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
    };

    private static readonly NullabilityInfoContext s_nullability = new();

    public static string Of(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var bases = (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum && !typeof(Delegate).IsAssignableFrom(type) ? [parent] : Array.Empty<Type>())
            .Concat(type.IsEnum ? [] : DirectInterfaces(type)).Select(Name).Order(StringComparer.Ordinal).ToArray();
        return $"{kind} {type.Namespace}.{Name(type)}{(bases.Length > 0 ? " : " + string.Join(", ", bases) : "")}";
    }

    /// <summary>The line of a member, or the empty string when others cannot see it or its property or event stands for it.</summary>
    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsVisible(constructor) => $"{Access(constructor)}{Name(constructor.DeclaringType!).Split('<')[0]}({Parameters(constructor)})",
        // The compiler's own members of records say nothing that the record's line does not.
        MethodInfo method when method.IsDefined(typeof(CompilerGeneratedAttribute)) => "",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) => Method(method),
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible) => Property(property),
        FieldInfo field when field.IsPublic || field.IsFamily => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)}{Mark(s_nullability.Create(field))} {field.Name}",
        EventInfo e when IsVisible(e.AddMethod!) => $"event {Name(e.EventHandlerType!)} {e.Name}",
        _ => "",
    };

    private static string Method(MethodInfo method)
    {
        var modifiers = Access(method) + (method.IsStatic ? "static " : "")
            + (method.DeclaringType!.IsInterface ? (method.IsAbstract ? "" : "default ") : method.IsAbstract ? "abstract "
                : method.GetBaseDefinition() != method ? "override " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{modifiers}{Name(method.ReturnType)}{Mark(s_nullability.Create(method.ReturnParameter))} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = property.GetAccessors(nonPublic: true).First(IsVisible);
        var index = property.GetIndexParameters().Length > 0 ? $"this[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]" : property.Name;
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var get = property.GetMethod is { } g && IsVisible(g) ? "get; " : "";
        var set = property.SetMethod is { } s && IsVisible(s)
            ? s.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init; " : "set; "
            : "";
        var modifiers = Access(accessor) + (accessor.IsStatic ? "static " : "") + required;
        return $"{modifiers}{Name(property.PropertyType)}{Mark(s_nullability.Create(property))} {index} {{ {get}{set}}}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var by = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var value = !parameter.HasDefaultValue ? "" : parameter.RawDefaultValue is null ? " = default" : parameter.RawDefaultValue is string text ? $" = \"{text}\"" : $" = {parameter.RawDefaultValue}";
        return $"{by}{Name(type)}{Mark(s_nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Mark(NullabilityInfo info) =>
        !info.Type.IsValueType && (info.ReadState == NullabilityState.Nullable || info.WriteState == NullabilityState.Nullable) ? "?" : "";

    private static string Name(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsPointer)
            return Name(type.GetElementType()!) + "*";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";

        var name = type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." + type.Name : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static IEnumerable<Type> DirectInterfaces(Type type)
    {
        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(i => i.GetInterfaces())).ToHashSet();
        return type.GetInterfaces().Where(i => i.IsVisible && !inherited.Contains(i));
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";
}
