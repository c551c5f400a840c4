namespace CrmCloud.Core.Personalization.Deciding;

/// <summary>The distribution function of a belief, tabulated once so that it can be asked often.</summary>
/// <remarks>
/// Integrated over the logit of the rate, where the density of Beta(a, b) is smooth and has one hill even for a or b
/// below 1; Simpson's rule on each side of the summit, out to e^-30 of it. Error below 1e-4.
/// </remarks>
internal sealed class BeliefTable
{
    private const int Steps = 128;
    private const double Depth = 30;

    private readonly Belief _belief;
    private readonly double _summit;
    private readonly double _height;
    private readonly double _left;
    private readonly double _right;
    private readonly double[] _below = new double[(2 * Steps) + 1];

    public BeliefTable(Belief belief)
    {
        _belief = belief;
        _summit = Math.Log(belief.Alpha / belief.Beta);
        _height = LogDensity(_summit);
        _left = (_summit - Foot(-1)) / Steps;
        _right = (Foot(1) - _summit) / Steps;
        var (before, top) = (Density(At(0)), 0.0);
        for (var i = 0; i < 2 * Steps; i++, before = top)
        {
            var (from, to) = (At(i), At(i + 1));
            top = Density(to);
            _below[i + 1] = _below[i] + ((to - from) / 6 * (before + (4 * Density((from + to) / 2)) + top));
        }

        var total = _below[^1];
        for (var i = 1; i < _below.Length; i++)
        {
            _below[i] /= total;
        }
    }

    /// <summary>Probability that the rate is below this one.</summary>
    public double Below(double rate)
    {
        if (rate <= 0 || rate >= 1)
        {
            return rate <= 0 ? 0 : 1;
        }

        var logit = Math.Log(rate / (1 - rate));
        var place = Steps + ((logit - _summit) / (logit < _summit ? _left : _right));
        if (place <= 0 || place >= 2 * Steps)
        {
            return place <= 0 ? 0 : 1;
        }

        var step = (int)place;
        return _below[step] + ((place - step) * (_below[step + 1] - _below[step]));
    }

    /// <summary>The rate that is not reached with this probability.</summary>
    public double RateAt(double probability)
    {
        var step = Array.BinarySearch(_below, probability);
        step = Math.Clamp(step < 0 ? ~step - 1 : step, 0, (2 * Steps) - 1);
        var width = _below[step + 1] - _below[step];
        var place = width > 0 ? (probability - _below[step]) / width : 0;
        return 1 / (1 + Math.Exp(-(At(step) + (place * (At(step + 1) - At(step))))));
    }

    private double At(int step) => _summit + ((step - Steps) * (step < Steps ? _left : _right));

    private double Density(double logit) => Math.Exp(LogDensity(logit) - _height);

    // ln(1 + e^u) = u + ln(1 + e^-u): one logarithm for both halves, and no overflow.
    private double LogDensity(double logit)
    {
        var rest = Math.Log(1 + Math.Exp(-Math.Abs(logit)));
        return -(_belief.Alpha * (Math.Max(0, -logit) + rest)) - (_belief.Beta * (Math.Max(0, logit) + rest));
    }

    // Where the hill has fallen to e^-30: it falls at least as fast as a straight line, so doubling the way ends.
    private double Foot(int direction)
    {
        var way = Math.Sqrt((1 / _belief.Alpha) + (1 / _belief.Beta));
        while (_height - LogDensity(_summit + (direction * way)) < Depth && way < 600)
        {
            way *= 1.25;
        }

        return _summit + (direction * way);
    }
}
