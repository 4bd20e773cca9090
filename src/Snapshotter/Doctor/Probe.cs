using LayerStore;

namespace Snapshotter.Doctor;

/// <summary>Something to try. What fails makes a line that says so, and never an exception.</summary>
/// <param name="Area">What part of the machine it is about.</param>
/// <param name="Name">What is tried.</param>
/// <param name="IsRequired">Whether the store cannot do without.</param>
/// <param name="Look">Tries it and returns what was found, or throws a <see cref="LayerStoreException"/> whose hint is the remedy.</param>
/// <param name="Remedy">The remedy for errors that do not know theirs.</param>
internal sealed record Probe(DoctorArea Area, string Name, bool IsRequired, Func<string> Look, string Remedy)
{
    /// <summary>The exception of a probe that found something wrong.</summary>
    /// <param name="what">What.</param>
    /// <param name="remedy">The command that mends it.</param>
    /// <param name="kind">What a command would end with.</param>
    public static LayerStoreException Fault(string what, string remedy, ErrorKind kind = ErrorKind.PermissionDenied) => new FaultException(kind, what, remedy);

    /// <summary>Tries it.</summary>
    public Diagnosis Run()
    {
        try
        {
            return new Diagnosis(Area, Name, IsHealthy: true, Look()) { IsRequired = IsRequired };
        }
        catch (LayerStoreException e)
        {
            // The hints of errors speak to whoever called the command that failed; a line of the doctor's names the command to call.
            return new Diagnosis(Area, Name, IsHealthy: false, e.Message)
            {
                IsRequired = IsRequired,
                Remedy = e is FaultException ? e.Hint : Remedy,
                Failure = e.Kind == ErrorKind.ResourceExhausted ? e.Kind : ErrorKind.PermissionDenied,
            };
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            return new Diagnosis(Area, Name, IsHealthy: false, IoErrors.Translate(e, "look").Message) { IsRequired = IsRequired, Remedy = Remedy };
        }
    }

    private sealed class FaultException(ErrorKind kind, string what, string remedy) : LayerStoreException(kind, what, remedy);
}
