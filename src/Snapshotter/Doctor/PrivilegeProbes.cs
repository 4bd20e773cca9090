using LayerStore.Content;
using Snapshotter.Linux;

namespace Snapshotter.Doctor;

/// <summary>Looks at what this process may do.</summary>
internal sealed class PrivilegeProbes(Patient patient)
{
    // The owners that images have: those of Debian's and Fedora's system users, and nobody.
    private const uint LastOwner = 65_534;

    /// <summary>The probes.</summary>
    public IEnumerable<Probe> All()
    {
        yield return new Probe(DoctorArea.Privileges, "root", true, Root, patient.AskForRoot);
        yield return new Probe(DoctorArea.Privileges, "mounting", patient.IsOverlay, Mounting, patient.AskForRoot);
        yield return new Probe(DoctorArea.Privileges, "owners", false, Owners, patient.AskForRoot);
        if (patient.HasStore)
        {
            yield return new Probe(DoctorArea.Privileges, "the store's user", true, StoreOwner, "choose another root: --root DIR");
        }
    }

    private string Root() => Privileges.IsRoot
        ? UserNamespace.Current.IsInitial ? "root" : "root of a user namespace"
        : throw Probe.Fault("an ordinary user: only what needs neither owners nor mounts works, such as pull --no-unpack", patient.AskForRoot);

    private string Mounting() => Privileges.CanMount()
        ? "allowed"
        : throw Probe.Fault("not allowed: CAP_SYS_ADMIN is missing", patient.AskForRoot);

    private static string Owners()
    {
        UserNamespace current = UserNamespace.Current;
        return !Privileges.IsRoot
            ? throw Probe.Fault("files can only be made for this user", "unshare -Urm --map-auto layerstore COMMAND")
            : current.IsMapped(LastOwner) && current.IsGroupMapped(LastOwner)
            ? "files can belong to whom images give them"
            : throw Probe.Fault(
                $"not all of the users 0 to {LastOwner} are mapped here: layers with other owners are refused",
                "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER, then unshare with --map-auto; or pull --squash-ids");
    }

    private string StoreOwner()
    {
        XattrNamespace own = Patient.UsesUserXattrs ? XattrNamespace.User : XattrNamespace.Trusted;
        return StoreLayout.Open(patient.Root).Xattrs == own
            ? "made the way it is used here"
            : throw Probe.Fault(
                own == XattrNamespace.User ? "made by root, and cannot be used in a user namespace" : "made in a user namespace, and cannot be used by root of the machine",
                own == XattrNamespace.User ? "sudo layerstore COMMAND, or another store: --root DIR" : "unshare -Urm --map-auto layerstore COMMAND as the user who made it");
    }
}
