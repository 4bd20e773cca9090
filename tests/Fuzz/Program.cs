using System.Reflection;
using System.Runtime.InteropServices;
using Fuzz;
using Fuzz.Coverage;
using Fuzz.Engine;
using Fuzz.Targets;

const int capacity = 1 << 18;
if (CommandLine.Parse(args) is not { } command)
{
    Console.Error.WriteLine(CommandLine.Usage);
    return ExitCodes.Usage;
}

switch (command.Verb)
{
    case "list":
        foreach (FuzzTarget target in AllTargets.List.Where(target => !target.IsPlanted))
        {
            Console.WriteLine($"{target.Name,-16}{target.Description}");
        }

        return ExitCodes.Clean;
    case "replay":
        return Replay(AllTargets.Find(command.Target)!, command.Files);
    case "minimize":
        return Minimize(AllTargets.Find(command.Target)!, command.Files);
    default:
        return RunInstrumented();
}

// Rewrites what is tested, loads it beside what runs here, and goes on there.
int RunInstrumented()
{
    nint counters;
    unsafe
    {
        counters = (nint)NativeMemory.AllocZeroed(capacity);
    }

    Instrumenter instrumenter = new(counters, capacity);
    Dictionary<string, byte[]> images = [];
    foreach ((string name, Func<string, bool> isWanted) in ((string, Func<string, bool>)[])
    [
        ("LayerStore", _ => true),
        ("Snapshotter", _ => true),
        ("ICSharpCode.SharpZipLib", type => type.StartsWith("ICSharpCode.SharpZipLib.BZip2.", StringComparison.Ordinal)),
        ("Fuzz", type => type.StartsWith("Fuzz.Targets.", StringComparison.Ordinal)),
    ])
    {
        images[name] = instrumenter.Rewrite(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), isWanted);
    }

    MethodInfo run = new InstrumentedContext(images).LoadFromAssemblyName(new AssemblyName("Fuzz"))
        .GetType(typeof(EntryPoint).FullName!)!.GetMethod(nameof(EntryPoint.Run))!;
    return (int)run.Invoke(
        null,
        [
            counters,
            instrumenter.Methods.Select(method => (method.Type, method.Name, method.First, method.Count)).ToArray(),
            instrumenter.Tokens.Select(token => (token.Type, token.Bytes)).ToArray(),
            args,
        ])!;
}

static int Replay(FuzzTarget target, IReadOnlyList<string> files)
{
    int faults = 0;
    foreach (string file in files)
    {
        Verdict verdict = Execution.Run(target, File.ReadAllBytes(file));
        faults += verdict.Outcome == Outcome.Fault ? 1 : 0;
        Console.WriteLine($"{file}: {verdict.Outcome} {verdict.Key}\n{verdict.Detail}");
    }

    return faults == 0 ? ExitCodes.Clean : ExitCodes.Fault;
}

static int Minimize(FuzzTarget target, IReadOnlyList<string> files)
{
    const int maxTries = 200_000;
    foreach (string file in files)
    {
        byte[] input = File.ReadAllBytes(file);
        Verdict verdict = Execution.Run(target, input);
        if (verdict.Outcome != Outcome.Fault)
        {
            Console.WriteLine($"{file}: {verdict.Outcome}, no fault to keep");
            continue;
        }

        byte[] small = new Minimizer(target, candidate => Execution.Run(target, candidate).Key == verdict.Key, maxTries).Shrink(input);
        File.WriteAllBytes(file + ".min", small);
        Console.WriteLine($"{file}.min: {input.Length} bytes became {small.Length}, {verdict.Key}");
    }

    return ExitCodes.Clean;
}
