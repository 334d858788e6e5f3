package client

import "shop/platform/grpcclient"

var orderRetries = grpcclient.Methods{}

var inventoryRetries = grpcclient.Methods{}

var walletRetries = grpcclient.Methods{}
