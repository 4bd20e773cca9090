namespace Snapshotter.Layers.Diff;

/// <summary>A directory on a <see cref="WalkStack{T}"/>.</summary>
/// <typeparam name="T">The implementing type.</typeparam>
internal interface IWalkLevel<in T> : IDisposable
{
    /// <summary>Gives back the descriptors that can be had again from the directory below.</summary>
    void Suspend(T below);

    /// <summary>Opens again what was given back.</summary>
    void Resume(T below);
}
