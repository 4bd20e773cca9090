using LayerStore;
using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Mounted;

namespace Snapshotter.Doctor;

/// <summary>Looks for mounts that were left: recorded and gone, or there and without a store that knows them.</summary>
internal sealed class MountProbe(Patient patient)
{
    /// <summary>The probe.</summary>
    public Probe Make() => new(DoctorArea.Mounts, "leftover mounts", IsRequired: false, Look, $"layerstore --root {Patient.Shell(patient.Root)} check");

    private string Look()
    {
        int recorded = 0;
        List<StrayMount> strays;
        if (patient.HasStore)
        {
            using DirectorySnapshotter snapshots = SnapshotDrivers.Open(StoreLayout.Open(patient.Root));
            strays = MountAudit.Find(snapshots);
            recorded = snapshots.MountRecords.List().Count;
        }
        else
        {
            strays = MountAudit.FindWithout(patient.Root);
        }

        return strays.Count == 0 ? recorded == 0 ? "none" : $"none; {recorded} in use" : throw Fault(strays);
    }

    private LayerStoreException Fault(List<StrayMount> strays)
    {
        StrayMount first = strays[0];
        string others = strays.Count == 1 ? "" : $"; and {strays.Count - 1} more";
        string target = Printable.Text(first.Target);
        return first.Kind switch
        {
            StrayMountKind.Gone => Probe.Fault(
                $"\"{Printable.Text(first.What)}\" is not mounted on {target} any more{others}", $"layerstore --root {Patient.Shell(patient.Root)} check --repair"),
            StrayMountKind.Replaced => Probe.Fault(
                $"something else than \"{Printable.Text(first.What)}\" is mounted on {target}{others}", $"umount {Patient.Shell(first.Target)}"),
            _ => Probe.Fault($"{target} shows {first.What}, which the store does not have any more{others}", $"umount {Patient.Shell(first.Target)}"),
        };
    }
}
