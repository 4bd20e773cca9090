using Google.Protobuf.Reflection;
using LayerStore.Daemon.Grpc;

namespace LayerStore.Daemon.Telemetry;

/// <summary>Says what a call is about: what its handler said, and the names in its request.</summary>
internal static class CallSubjects
{
    // Names and digests. Labels stay out: nobody knows what clients put there.
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { "key", "name", "parent", "ref", "digest" };

    /// <summary>Names and values, in that order; the values are as the client sent them.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(GrpcCall call)
    {
        List<KeyValuePair<string, string>> subjects = [.. call.Subjects];
        foreach (FieldDescriptor field in call.Request?.Descriptor.Fields.InDeclarationOrder() ?? [])
        {
            if (s_names.Contains(field.Name) && field is { FieldType: FieldType.String, IsRepeated: false }
                && field.Accessor.GetValue(call.Request) is string { Length: > 0 } value && !subjects.Exists(subject => subject.Key == field.Name))
            {
                subjects.Add(new KeyValuePair<string, string>(field.Name, value));
            }
        }

        return subjects;
    }
}
