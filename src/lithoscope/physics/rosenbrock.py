"""The coefficients of RODAS4, a Rosenbrock method for stiff equations, used by every scale that steps its own.

W K_i = f(x + sum_j<i a_ij K_j) + (1/h) M sum_j<i c_ij K_j,   W = M / (gamma h) - df/dx
x_new = (x of the last stage) + K_6,   error = K_6

Six stages, order 4 with an error of order 3, stiffly accurate, L-stable, one Jacobian and one factorisation a step.
Dense output of order 3, 0 <= s <= 1:
x(s) = (1 - s) x_old + s (x_new + (1 - s) (sum D2_i K_i + s sum D3_i K_i))

Source: E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.7, and their code RODAS.
"""

from __future__ import annotations

import numpy as np

GAMMA = 0.25
STAGES = 6
A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950),
    (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0),
)
C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
D2 = np.array([10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662])
D3 = np.array([-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872])
