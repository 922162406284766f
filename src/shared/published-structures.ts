// The published structure study (Darji 2021): how each property of its graphs goes with test accuracy, 100 Barabasi-Albert
// and 100 Watts-Strogatz graphs per architecture, and how well regressors predict it. Computed from the published tables
// by least squares; a test computes them again. Draws and judges nothing.
import type { PropertyName } from './graph.ts'
import type { Cell } from './network.ts'
import type { RegressorName } from './structure-analysis.ts'

/** Pearson's r, and the line accuracy (0 to 1) = intercept + slope * property over the range of the property. */
export interface PublishedRelation {
  r: number
  slope: number
  intercept: number
  min: number
  max: number
}

type Row = readonly [r: number, slope: number, intercept: number, min: number, max: number]

const relation = ([r, slope, intercept, min, max]: Row): PublishedRelation => ({
  r,
  slope,
  intercept,
  min,
  max,
})

const RELATIONS: Record<Cell, Record<PropertyName, Row>> = {
  'rnn-tanh': {
    layers: [0.2455, 0.0098604, 0.78423, 3, 15],
    nodes: [0.3962, 0.0043147, 0.73034, 10, 50],
    edges: [0.3751, 0.00071038, 0.80013, 9, 250],
    source_nodes: [0.3532, 0.021672, 0.77674, 1, 11],
    sink_nodes: [0.1426, 0.014075, 0.84, 1, 7],
    diameter: [-0.2333, -0.018632, 0.946, 3, 11],
    density: [0.2872, 2.6577, 0.64485, 0.052632, 0.11111],
    average_shortest_path_length: [-0.2715, -0.068261, 1.0247, 1.8702, 4.3464],
    eccentricity_mean: [-0.2238, -0.025751, 0.95912, 2.84, 8.1765],
    eccentricity_var: [-0.2237, -0.061149, 0.88567, 0, 2.7794],
    eccentricity_std: [-0.3005, -0.11251, 0.9168, 0, 1.6672],
    degree_mean: [0.2872, 1.3289, 0.64485, 0.10526, 0.22222],
    degree_var: [-0.28, -6.5638, 0.91546, 0.00092181, 0.03431],
    degree_std: [-0.2778, -1.1221, 0.95735, 0.030361, 0.18523],
    closeness_mean: [0.3017, 0.56627, 0.60989, 0.23846, 0.53609],
    closeness_var: [-0.4627, -27.198, 0.95808, 0.0005524, 0.013186],
    closeness_std: [-0.433, -2.9474, 1.0294, 0.023503, 0.11483],
    nodes_betweenness_mean: [-0.3432, -0.81534, 0.91533, 0.018129, 0.22436],
    nodes_betweenness_var: [-0.4855, -3.2533, 0.90104, 7.429e-5, 0.080496],
    nodes_betweenness_std: [-0.5017, -0.85658, 0.92982, 0.0086192, 0.28372],
    edge_betweenness_mean: [-0.3865, -0.64789, 0.90487, 0.0074808, 0.28642],
    edge_betweenness_var: [-0.343, -7.1404, 0.88499, 1.9648e-6, 0.031293],
    edge_betweenness_std: [-0.4084, -1.1901, 0.89945, 0.0014017, 0.1769],
  },
  'rnn-relu': {
    layers: [0.2972, 0.019203, 0.62041, 3, 16],
    nodes: [0.4443, 0.0077376, 0.53735, 10, 50],
    edges: [0.4267, 0.0013841, 0.64932, 9, 250],
    source_nodes: [0.4739, 0.048001, 0.57397, 1, 9],
    sink_nodes: [0.2152, 0.031778, 0.71283, 1, 11],
    diameter: [-0.2659, -0.035081, 0.92912, 3, 14],
    density: [0.1537, 2.7096, 0.55159, 0.052632, 0.11111],
    average_shortest_path_length: [-0.2507, -0.10005, 1.0126, 1.8776, 5.2026],
    eccentricity_mean: [-0.2379, -0.04453, 0.94007, 2.8, 10.611],
    eccentricity_var: [-0.2409, -0.096148, 0.81105, 0, 4.6046],
    eccentricity_std: [-0.3312, -0.20097, 0.8717, 0, 2.1458],
    degree_mean: [0.1537, 1.3548, 0.55159, 0.10526, 0.22222],
    degree_var: [-0.2585, -7.8862, 0.84069, 0.0012326, 0.059808],
    degree_std: [-0.2889, -1.8008, 0.92605, 0.035108, 0.24456],
    closeness_mean: [0.2971, 0.93449, 0.35738, 0.20182, 0.53387],
    closeness_var: [-0.3921, -30.809, 0.89272, 0.00065739, 0.018682],
    closeness_std: [-0.4056, -4.1913, 1.0186, 0.02564, 0.13668],
    nodes_betweenness_mean: [-0.3664, -1.3074, 0.86589, 0.018282, 0.26266],
    nodes_betweenness_var: [-0.4074, -3.6075, 0.8324, 8.4088e-5, 0.094659],
    nodes_betweenness_std: [-0.439, -1.0837, 0.87216, 0.00917, 0.30767],
    edge_betweenness_mean: [-0.3916, -0.96666, 0.84711, 0.0075102, 0.28903],
    edge_betweenness_var: [-0.3041, -8.6806, 0.81088, 1.9472e-6, 0.033308],
    edge_betweenness_std: [-0.3691, -1.568, 0.83301, 0.0013954, 0.18251],
  },
  lstm: {
    layers: [0.2756, 0.0067118, 0.89299, 2, 17],
    nodes: [0.4353, 0.0027305, 0.86736, 10, 50],
    edges: [0.4196, 0.00050461, 0.90578, 9, 250],
    source_nodes: [0.5722, 0.019908, 0.86638, 1, 9],
    sink_nodes: [0.05916, 0.0030778, 0.93932, 1, 9],
    diameter: [-0.3232, -0.01751, 1.0206, 3, 12],
    density: [0.2947, 1.6301, 0.80861, 0.052632, 0.11111],
    average_shortest_path_length: [-0.3616, -0.059625, 1.0852, 1.8669, 4.6838],
    eccentricity_mean: [-0.3237, -0.025059, 1.0357, 2.86, 9.1176],
    eccentricity_var: [-0.299, -0.049968, 0.96184, 0, 3.8603],
    eccentricity_std: [-0.4041, -0.094191, 0.99068, 0, 1.9648],
    degree_mean: [0.2947, 0.81507, 0.80861, 0.10526, 0.22222],
    degree_var: [-0.3859, -4.4488, 0.98101, 0.0012678, 0.043347],
    degree_std: [-0.4199, -0.93971, 1.0238, 0.035607, 0.2082],
    closeness_mean: [0.3915, 0.46674, 0.73707, 0.22446, 0.53672],
    closeness_var: [-0.5076, -13.879, 0.99996, 0.00059161, 0.016168],
    closeness_std: [-0.5193, -1.8657, 1.0562, 0.024323, 0.12715],
    nodes_betweenness_mean: [-0.4355, -0.5335, 0.98367, 0.018061, 0.24559],
    nodes_betweenness_var: [-0.5563, -1.694, 0.97263, 7.4402e-5, 0.088649],
    nodes_betweenness_std: [-0.5659, -0.47578, 0.9897, 0.0086256, 0.29774],
    edge_betweenness_mean: [-0.4862, -0.40139, 0.97678, 0.0074678, 0.32346],
    edge_betweenness_var: [-0.4352, -4.7346, 0.9626, 1.9471e-6, 0.028581],
    edge_betweenness_std: [-0.4926, -0.74631, 0.97272, 0.0013954, 0.16906],
  },
  gru: {
    layers: [0.3416, 0.0053021, 0.91337, 3, 16],
    nodes: [0.4948, 0.00202, 0.89537, 10, 50],
    edges: [0.4901, 0.00036264, 0.92459, 10, 250],
    source_nodes: [0.7384, 0.016563, 0.88815, 1, 9],
    sink_nodes: [-0.1846, -0.0063405, 0.96863, 1, 7],
    diameter: [-0.2034, -0.0076386, 0.9881, 3, 9],
    density: [0.3418, 1.2983, 0.84692, 0.055556, 0.11111],
    average_shortest_path_length: [-0.2257, -0.025005, 1.0138, 1.8824, 3.9265],
    eccentricity_mean: [-0.1465, -0.0078346, 0.98372, 2.8182, 7.0588],
    eccentricity_var: [-0.2149, -0.028985, 0.96426, 0, 1.8778],
    eccentricity_std: [-0.3629, -0.056957, 0.9811, 0, 1.3703],
    degree_mean: [0.3418, 0.64917, 0.84692, 0.11111, 0.22222],
    degree_var: [-0.5758, -4.0979, 0.98827, 0.0013925, 0.057636],
    degree_std: [-0.6128, -0.87866, 1.0284, 0.037316, 0.24008],
    closeness_mean: [0.2596, 0.20261, 0.86442, 0.26638, 0.5329],
    closeness_var: [-0.6749, -12.367, 1.0018, 0.00064052, 0.017704],
    closeness_std: [-0.6677, -1.565, 1.0458, 0.025308, 0.13306],
    nodes_betweenness_mean: [-0.3226, -0.27476, 0.974, 0.018384, 0.27222],
    nodes_betweenness_var: [-0.5187, -1.1178, 0.97147, 7.3491e-5, 0.086994],
    nodes_betweenness_std: [-0.5674, -0.33037, 0.98407, 0.0085727, 0.29495],
    edge_betweenness_mean: [-0.3931, -0.23122, 0.97192, 0.0075298, 0.31778],
    edge_betweenness_var: [-0.2646, -1.9358, 0.96192, 1.8664e-6, 0.031062],
    edge_betweenness_std: [-0.3688, -0.38515, 0.96823, 0.0013661, 0.17624],
  },
}

/** What was published for a property and an architecture. */
export function publishedRelation(cell: Cell, property: PropertyName): PublishedRelation {
  return relation(RELATIONS[cell][property])
}

/** R^2 on the held-out tenth of one split, all 23 properties. */
export const PUBLISHED_R_SQUARED: Record<Cell, Record<RegressorName, number>> = {
  'rnn-tanh': { 'bayesian-ridge': 0.479, 'random-forest': 0.432, adaboost: 0.357 },
  'rnn-relu': { 'bayesian-ridge': 0.361, 'random-forest': 0.615, adaboost: 0.535 },
  lstm: { 'bayesian-ridge': 0.372, 'random-forest': 0.579, adaboost: 0.595 },
  gru: { 'bayesian-ridge': 0.672, 'random-forest': 0.876, adaboost: 0.783 },
}
