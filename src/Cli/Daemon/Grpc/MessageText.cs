using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace LayerStore.Daemon.Grpc;

/// <summary>Finds text that was not UTF-8 on the wire, which a reader must refuse (https://protobuf.dev/programming-guides/proto3/#scalar).</summary>
/// <remarks>
/// The library reads such bytes as U+FFFD, so that different names become one. That character itself is refused with them: no name has it.
/// </remarks>
internal static class MessageText
{
    private const char Replacement = '\ufffd';

    /// <summary>Whether all texts in a message are as they were sent.</summary>
    public static bool IsWhole(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if ((field.FieldType is FieldType.String or FieldType.Message) && !IsWhole(field.Accessor.GetValue(message)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWhole(object? value) => value switch
    {
        string text => !text.Contains(Replacement, StringComparison.Ordinal),
        IMessage message => IsWhole(message),
        IDictionary map => map.Keys.Cast<object?>().Concat(map.Values.Cast<object?>()).All(IsWhole),
        IEnumerable list => list.Cast<object?>().All(IsWhole),
        _ => true,
    };
}
