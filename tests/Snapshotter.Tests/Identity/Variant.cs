namespace Snapshotter.Tests.Identity;

/// <summary>In what surroundings histories take place.</summary>
internal enum Variant
{
    /// <summary>An overlay, mounted as the store says.</summary>
    Overlay,

    /// <summary>An overlay that was mounted with <c>metacopy=on,redirect_dir=on</c>: its upper is nothing without what is below.</summary>
    Referring,

    /// <summary>The driver that keeps whole trees.</summary>
    Native,

    /// <summary>An overlay in a user namespace, whose marks are in <c>user.*</c>.</summary>
    UserNamespace,

    /// <summary>The driver whose unpacked layers are images.</summary>
    Erofs,
}
