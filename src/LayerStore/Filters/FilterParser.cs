using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LayerStore.Filters;

/// <summary>Reads one filter (containerd, <c>filters/parser.go</c>, the grammar in the comment of <c>Parse</c>).</summary>
/// <remarks>
/// <code>
/// filter    = [ selector { "," selector } ]
/// selector  = field { "." field } [ ( "==" | "!=" | "~=" ) value ]
/// field     = quoted | ( letter | digit | "_" )+
/// value     = quoted | any characters but comma and space
/// quoted    = a Go string in "…"; after ~= also in /…/ or |…|
/// </code>
/// </remarks>
internal sealed class FilterParser(string text)
{
    // An expression's automaton grows faster than its text.
    private const int MaxExpressionLength = 4096;

    private int _position;

    public IReadOnlyList<FilterSelector> Parse()
    {
        SkipSpace();
        if (AtEnd)
        {
            return [];
        }

        List<FilterSelector> selectors = [Selector()];
        while (!AtEnd)
        {
            Expect(',');
            selectors.Add(Selector());
        }

        return selectors;
    }

    private bool AtEnd => _position >= text.Length;

    private FilterSelector Selector()
    {
        List<string> path = [Field()];
        while (TryTake('.'))
        {
            path.Add(Field());
        }

        SkipSpace();
        if (AtEnd || text[_position] == ',')
        {
            return new FilterSelector(path, FilterOperator.Present, string.Empty, null);
        }

        FilterOperator comparison = Operator();
        string value = Value(comparison);
        return new FilterSelector(path, comparison, value, comparison == FilterOperator.Matches ? Expression(value) : null);
    }

    private string Field()
    {
        SkipSpace();
        if (!AtEnd && text[_position] == '"')
        {
            return Quoted();
        }

        int start = _position;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_'))
        {
            _position++;
        }

        return _position > start ? text[start.._position] : throw Error("a field name is expected");
    }

    private FilterOperator Operator()
    {
        FilterOperator? found = text.AsSpan(_position) switch
        {
            ['=', '=', ..] => FilterOperator.Equal,
            ['!', '=', ..] => FilterOperator.NotEqual,
            ['~', '=', ..] => FilterOperator.Matches,
            _ => null,
        };
        if (found is null)
        {
            throw Error("an operator (==, != or ~=) is expected");
        }

        _position += 2;
        return found.Value;
    }

    private string Value(FilterOperator comparison)
    {
        SkipSpace();
        if (!AtEnd && (text[_position] == '"' || (comparison == FilterOperator.Matches && text[_position] is '/' or '|')))
        {
            string quoted = Quoted();
            SkipSpace();
            return quoted;
        }

        int start = _position;
        while (!AtEnd && text[_position] != ',' && !char.IsWhiteSpace(text[_position]) && !char.IsControl(text[_position]))
        {
            _position++;
        }

        string value = text[start.._position];
        SkipSpace();
        return value.Length > 0 ? value : throw Error("a value is expected");
    }

    private string Quoted()
    {
        char quote = text[_position++];
        StringBuilder result = new();
        while (true)
        {
            if (AtEnd || text[_position] == '\n')
            {
                throw Error("the quoted text does not end");
            }

            char c = text[_position++];
            if (c == quote)
            {
                return result.ToString();
            }

            if (c == '\\')
            {
                Escape(quote, result);
            }
            else
            {
                result.Append(c);
            }
        }
    }

    private void Escape(char quote, StringBuilder result)
    {
        char c = AtEnd ? '\0' : text[_position++];
        int index = "abfnrtv\\".IndexOf(c, StringComparison.Ordinal);
        if (c == quote || index >= 0)
        {
            result.Append(c == quote ? quote : "\a\b\f\n\r\t\v\\"[index]);
            return;
        }

        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            // A regular expression between slashes keeps its own escapes, such as \d.
            if (quote == '"' || c == '\0')
            {
                throw Error("an unknown escape");
            }

            result.Append('\\').Append(c);
            return;
        }

        if (_position + digits > text.Length
            || !uint.TryParse(text.AsSpan(_position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || !Rune.TryCreate(code, out Rune rune))
        {
            throw Error("an escape that names no character");
        }

        result.Append(rune.ToString());
        _position += digits;
    }

    // Without backtracking an expression takes time linear in the field, however it is written; Go's have the same limits.
    private Regex Expression(string value)
    {
        if (value.Length > MaxExpressionLength)
        {
            throw Error($"the regular expression has more than {MaxExpressionLength} characters");
        }

        try
        {
            return new Regex(value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Error($"\"{Printable.Text(value)}\" is not a regular expression");
        }
    }

    private void Expect(char c)
    {
        SkipSpace();
        if (!TryTake(c))
        {
            throw Error($"\"{c}\" is expected");
        }
    }

    private bool TryTake(char c)
    {
        if (AtEnd || text[_position] != c)
        {
            return false;
        }

        _position++;
        return true;
    }

    private void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }

    private LayerStoreException Error(string what) => new(
        ErrorKind.InvalidArgument,
        $"\"{Printable.Text(text)}\" is not a filter: at character {_position + 1}, {what}",
        "A filter is FIELD==VALUE, FIELD!=VALUE, FIELD~=EXPRESSION or FIELD, joined by commas; fields are name, parent, kind and labels.\"KEY\".");
}
