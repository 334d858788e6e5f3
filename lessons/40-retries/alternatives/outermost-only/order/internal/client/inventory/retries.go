package inventory

import "shop/platform/grpcclient"

// Retries is empty: only the outermost layer, the gateway, repeats.
var Retries = grpcclient.Methods{}
