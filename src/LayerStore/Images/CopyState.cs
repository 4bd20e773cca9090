namespace LayerStore.Images;

/// <summary>How far a blob's copy is.</summary>
public enum CopyState
{
    /// <summary>It was there already.</summary>
    Exists,

    /// <summary>Under way.</summary>
    Copying,

    /// <summary>Copied and verified.</summary>
    Done,
}
