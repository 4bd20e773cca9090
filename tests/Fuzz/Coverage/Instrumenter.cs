using System.Diagnostics;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Fuzz.Coverage;

/// <summary>
/// Rewrites assemblies so that every way through a method counts itself: one byte for each method's entry, for each
/// side of each branch, and for each handler, as clang's inline 8-bit counters do. The counters' addresses are constants in the
/// code, so it refers to nothing that it did not before.
/// </summary>
/// <param name="counters">The first counter.</param>
/// <param name="capacity">How many there is room for.</param>
internal sealed class Instrumenter(nint counters, int capacity)
{
    private const int MinToken = 2;
    private const int MaxToken = 64;

    private readonly HashSet<(string Type, string Text)> _seen = [];
    private int _used;

    /// <summary>What was rewritten.</summary>
    public List<InstrumentedMethod> Methods { get; } = [];

    /// <summary>The literals in it.</summary>
    public List<Token> Tokens { get; } = [];

    /// <summary>Rewrites an assembly.</summary>
    /// <param name="path">The file, which stays as it is.</param>
    /// <param name="isWanted">Which types, by the outermost one's full name.</param>
    /// <returns>The new assembly.</returns>
    public byte[] Rewrite(string path, Func<string, bool> isWanted)
    {
        using DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using ModuleDefinition module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
        foreach (TypeDefinition type in module.GetAllTypes())
        {
            string name = Outermost(type).FullName;
            if (!isWanted(name) || name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (MethodDefinition method in type.Methods.Where(method => method.HasBody))
            {
                int first = _used;
                Rewrite(method.Body, name);
                Methods.Add(new InstrumentedMethod(name, method.Name, first, _used - first));
            }
        }

        // It keeps the runtime from optimizing what was built for debugging.
        foreach (CustomAttribute attribute in module.Assembly.CustomAttributes.Where(attribute => attribute.AttributeType.Name == nameof(DebuggableAttribute)).ToList())
        {
            module.Assembly.CustomAttributes.Remove(attribute);
        }

        using MemoryStream image = new();
        module.Write(image);
        return image.ToArray();
    }

    private static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private void Rewrite(MethodBody body, string type)
    {
        // Short branches would not reach over what is put in.
        body.SimplifyMacros();
        ILProcessor code = body.GetILProcessor();
        List<Instruction> original = [.. body.Instructions];
        original.ForEach(instruction => CollectToken(instruction, type));
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            // Behind the handler's first instruction, so that the bounds of all blocks stay as they are.
            if (handler.HandlerStart.OpCode.FlowControl == FlowControl.Next)
            {
                InsertAfter(code, handler.HandlerStart, Count());
            }
        }

        foreach (Instruction branch in original.Where(instruction => instruction.OpCode.FlowControl == FlowControl.Cond_Branch))
        {
            SplitEdges(code, branch);
        }

        Instruction entry = original[0];
        foreach (Instruction instruction in Count())
        {
            code.InsertBefore(entry, instruction);
        }

        body.OptimizeMacros();
    }

    /// <summary>
    /// Gives each way out of a branch a counter of its own, also where several branches lead to one place:
    /// <c>brtrue way; br on; way: count; br target; on: count</c>. The stack need not be empty there, and stays as it is.
    /// </summary>
    private void SplitEdges(ILProcessor code, Instruction branch)
    {
        List<Instruction> on = Count();
        List<Instruction> added = [code.Create(OpCodes.Br, on[0])];
        if (branch.Operand is Instruction[] targets)
        {
            branch.Operand = targets.Select(Way).ToArray();
        }
        else
        {
            branch.Operand = Way((Instruction)branch.Operand);
        }

        added.AddRange(on);
        InsertAfter(code, branch, added);

        Instruction Way(Instruction target)
        {
            List<Instruction> way = Count();
            added.AddRange(way);
            added.Add(code.Create(OpCodes.Br, target));
            return way[0];
        }
    }

    private static void InsertAfter(ILProcessor code, Instruction place, List<Instruction> added)
    {
        foreach (Instruction instruction in added)
        {
            code.InsertAfter(place, instruction);
            place = instruction;
        }
    }

    private List<Instruction> Count()
    {
        if (_used == capacity)
        {
            throw new InvalidOperationException($"There is room for {capacity} counters only.");
        }

        return
        [
            Instruction.Create(OpCodes.Ldc_I8, (long)counters + _used++),
            Instruction.Create(OpCodes.Conv_U),
            Instruction.Create(OpCodes.Dup),
            Instruction.Create(OpCodes.Ldind_U1),
            Instruction.Create(OpCodes.Ldc_I4_1),
            Instruction.Create(OpCodes.Add),
            Instruction.Create(OpCodes.Conv_U1),
            Instruction.Create(OpCodes.Stind_I1),
        ];
    }

    private void CollectToken(Instruction instruction, string type)
    {
        // What has spaces is a part of a message. A "…"u8 literal has a NUL behind it.
        byte[]? bytes = instruction.Operand switch
        {
            string text when !text.Contains(' ', StringComparison.Ordinal) => Encoding.UTF8.GetBytes(text),
            FieldDefinition { InitialValue: { Length: > 0 } data } => data.AsSpan().TrimEnd((byte)0).ToArray(),
            _ => null,
        };
        if (bytes is { Length: >= MinToken and <= MaxToken } && _seen.Add((type, Convert.ToHexString(bytes))))
        {
            Tokens.Add(new Token(type, bytes));
        }
    }
}
