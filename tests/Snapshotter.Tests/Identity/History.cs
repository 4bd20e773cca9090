using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Snapshotter.Tests.Identity;

/// <summary>An image's layers, each made by changes, and what is done in snapshots of it.</summary>
/// <param name="Layers">For each layer of the image to begin with, the changes that make it.</param>
/// <param name="Stages">What is done then.</param>
internal sealed record History(IReadOnlyList<IReadOnlyList<Operation>> Layers, IReadOnlyList<Stage> Stages)
{
    /// <summary>Random histories, and how they get smaller.</summary>
    public static Arbitrary<History> Random { get; } = Arb.From(Generator(), static history => history.Shrink());

    /// <summary>The history as a script, to be read or typed.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        for (int i = 0; i < Layers.Count; i++)
        {
            Write(text, $"layer {i + 1} of the image", Layers[i]);
        }

        for (int i = 0; i < Stages.Count; i++)
        {
            Write(text, i == 0 ? "a new snapshot, mounted" : $"stage {i + 1}, {Stages[i - 1].Next}", Stages[i].Changes);
            text.AppendLine(Stages[i].IsMounted ? "# commit while it is mounted" : "# unmount, commit");
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string title, IReadOnlyList<Operation> operations)
    {
        text.AppendLine($"# {title}");
        foreach (Operation operation in operations)
        {
            text.AppendLine(operation.Shell);
        }
    }

    private static Gen<History> Generator()
    {
        Gen<Stage> stage =
            from isMounted in Gen.Elements(true, false)
            from next in Gen.Elements(Enum.GetValues<Continuation>())
            select new Stage([], isMounted, next);
        return from layers in Gen.Choose(8, 24).ArrayOf(3)
               from layerCount in Gen.Choose(0, 3)
               from changes in Gen.Choose(1, 25).ArrayOf(3)
               from stageCount in Gen.Frequency((4, Gen.Constant(1)), (2, Gen.Constant(2)), (1, Gen.Constant(3)))
               from stages in stage.ArrayOf(stageCount)
               from operations in OperationGenerator.Operations(layers.Take(layerCount).Concat(changes.Take(stageCount)).Sum())
               select Cut(operations, layers[..layerCount], changes, stages);
    }

    private static History Cut(IReadOnlyList<Operation> operations, int[] layers, int[] changes, Stage[] stages)
    {
        Queue<Operation> rest = new(operations);
        return new History(
            [.. layers.Select(Take)],
            [.. stages.Select((stage, i) => stage with { Changes = Take(changes[i]) })]);

        IReadOnlyList<Operation> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => rest.Dequeue())];
    }

    private IEnumerable<History> Shrink()
    {
        foreach (IReadOnlyList<Stage> stages in Without(Stages).Where(static s => s.Count > 0))
        {
            yield return this with { Stages = stages };
        }

        foreach (IReadOnlyList<IReadOnlyList<Operation>> layers in Without(Layers))
        {
            yield return this with { Layers = layers };
        }

        for (int i = 0; i < Stages.Count; i++)
        {
            Stage stage = Stages[i];
            foreach (IReadOnlyList<Operation> changes in Shrink(stage.Changes))
            {
                yield return this with { Stages = With(Stages, i, stage with { Changes = changes }) };
            }

            if (stage.Next != default && i < Stages.Count - 1)
            {
                yield return this with { Stages = With(Stages, i, stage with { Next = default }) };
            }
        }

        for (int i = 0; i < Layers.Count; i++)
        {
            foreach (IReadOnlyList<Operation> changes in Shrink(Layers[i]))
            {
                yield return this with { Layers = With(Layers, i, changes) };
            }
        }
    }

    private static IEnumerable<IReadOnlyList<Operation>> Shrink(IReadOnlyList<Operation> operations) =>
        Without(operations).Concat(operations.SelectMany((operation, i) => operation.Simpler().Select(simpler => With(operations, i, simpler))));

    /// <summary>The list without a part of it: halves first, single ones last.</summary>
    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> list)
    {
        for (int size = list.Count; size > 0; size /= 2)
        {
            for (int start = 0; start < list.Count; start += size)
            {
                yield return [.. list.Take(start), .. list.Skip(start + size)];
            }
        }
    }

    private static IReadOnlyList<T> With<T>(IReadOnlyList<T> list, int index, T item) => [.. list.Take(index), item, .. list.Skip(index + 1)];
}
