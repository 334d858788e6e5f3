package inventory

import "shop/platform/grpcclient"

// Retries is empty: load repeats.
var Retries = grpcclient.Methods{}
