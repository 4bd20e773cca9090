using System.Text;
using System.Text.Json;

namespace Fuzz.Mutation;

/// <summary>Changes JSON by its values: takes them out, repeats, replaces and nests them, and changes keys; the text around stays as it is.</summary>
internal sealed class JsonMutator : IMutator
{
    private static readonly byte[][] s_values = [.. new[]
    {
        "null", "true", "false", "0", "-1", "1", "1.0", "1e3", "1E400", "-0", "9223372036854775807", "9223372036854775808", "2147483648", "[]", "{}", "\"\"", "\"x\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\u001b[2J\"", "\"\\n\"", "[[[[[[[[]]]]]]]]", "{\"a\":{\"a\":1}}", "\"../../etc/passwd\"", "\"a/b/c\"",
        "\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", "\"sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\"",
        "\"application/vnd.oci.image.index.v1+json\"", "\"application/vnd.oci.image.manifest.v1+json\"", "\"application/vnd.docker.distribution.manifest.v1+json\"",
        "\"2024-01-01T00:00:00Z\"", "\"0000-00-00T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999999+14:00\"",
    }.Select(Encoding.UTF8.GetBytes)];

    public byte[]? Mutate(byte[] input, MutationContext context)
    {
        List<JsonPart> parts = Parts(input);
        if (parts.Count == 0)
        {
            return null;
        }

        JsonPart part = context.Pick(parts);
        ReadOnlySpan<byte> value = input.AsSpan(part.Start, part.Length);
        if (part.IsKey)
        {
            return ChangeKey(input, part, context);
        }

        switch (context.Random.Next(6))
        {
            case 0:
                return Replace(input, part, context.Pick(s_values));
            case 1:
                JsonPart own = context.Pick(parts);
                return Replace(input, part, input.AsSpan(own.Start, own.Length));
            case 2:
                byte[] other = context.Other();
                List<JsonPart> others = Parts(other);
                return others.Count == 0 ? null : Take(input, part, other, context.Pick(others));
            case 3:
                // An item or a member more; in an object it is a key twice.
                JsonPart? key = KeyOf(parts, part);
                int start = key?.Start ?? part.Start;
                return ByteMutator.Replaced(input, start, 0, [.. input.AsSpan(start, part.Start + part.Length - start), (byte)',']);
            case 4:
                int depth = 1 << context.Random.Next(8);
                return Replace(input, part, [.. Enumerable.Repeat((byte)'[', depth), .. value, .. Enumerable.Repeat((byte)']', depth)]);
            default:
                return Replace(input, part, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Encoding.UTF8.GetString(context.Token()))));
        }
    }

    private static byte[] Take(byte[] input, JsonPart part, byte[] other, JsonPart taken) => Replace(input, part, other.AsSpan(taken.Start, taken.Length));

    private static byte[] Replace(byte[] input, JsonPart part, ReadOnlySpan<byte> by) => ByteMutator.Replaced(input, part.Start, part.Length, by);

    private static byte[] ChangeKey(byte[] input, JsonPart key, MutationContext context)
    {
        string text = Encoding.UTF8.GetString(input.AsSpan(key.Start + 1, Math.Max(0, key.Length - 2)));
        string changed = context.Random.Next(5) switch
        {
            0 => text.ToUpperInvariant(),
            1 => text.ToLowerInvariant(),
            2 => text.Replace('s', '\u017f').Replace('k', '\u212a'),
            3 => string.Concat(text.Select(c => $"\\u{(int)c:x4}")),
            _ => Encoding.UTF8.GetString(context.Token()),
        };
        return Replace(input, key, Encoding.UTF8.GetBytes($"\"{changed}\""));
    }

    private static JsonPart? KeyOf(List<JsonPart> parts, JsonPart value)
    {
        int index = parts.IndexOf(value);
        return index > 0 && parts[index - 1].IsKey ? parts[index - 1] : null;
    }

    /// <summary>Every key and value, containers too, as far as the text is JSON.</summary>
    private static List<JsonPart> Parts(byte[] text)
    {
        List<JsonPart> parts = [];
        Stack<int> open = new();
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = 1024 });
        try
        {
            while (reader.Read())
            {
                int start = (int)reader.TokenStartIndex;
                int end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        open.Push(parts.Count);
                        parts.Add(new JsonPart(start, 0, false));
                        break;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        int index = open.Pop();
                        parts[index] = parts[index] with { Length = end - parts[index].Start };
                        break;
                    case JsonTokenType.PropertyName:
                        // What was consumed has the colon, and perhaps spaces, behind the key.
                        int close = text.AsSpan(0, end).LastIndexOf((byte)'"');
                        parts.Add(new JsonPart(start, close + 1 - start, true));
                        break;
                    default:
                        parts.Add(new JsonPart(start, end - start, false));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // What was read so far serves.
        }

        foreach (int index in open)
        {
            parts[index] = parts[index] with { Length = text.Length - parts[index].Start };
        }

        return parts;
    }

    private readonly record struct JsonPart(int Start, int Length, bool IsKey);
}
