package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/stack"
)

// reportJob is the job that the demo shows.
const reportJob = "daily_sales_report"

// sellYesterday writes orders of the day before, because a report is of a day that is over, and a new demo has none.
func (d *Demo) sellYesterday(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, d.lease.Databases[stack.Database("order")])
	if err != nil {
		return fmt.Errorf("sell something yesterday: %w", err)
	}
	defer conn.Close(ctx)
	for i, product := range shelf {
		_, err := conn.Exec(ctx, `
			WITH made AS (
				INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at, paid_at)
				SELECT gen_random_uuid(), $1, 3, 'EUR', $3, 1, noon, noon, noon
				FROM (SELECT date_trunc('day', now(), 'UTC') - interval '12 hours' AS noon) AS yesterday
				RETURNING id)
			INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor) SELECT id, 0, $2, 1, $3 FROM made`,
			buyers[i%len(buyers)], product.sku, product.price)
		if err != nil {
			return fmt.Errorf("sell %s yesterday: %w", product.sku, err)
		}
	}
	return nil
}

// describeReports says how to run the job and how to read what it wrote.
func (d *Demo) describeReports() {
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	path, admin := "/v1/admin/jobs/"+reportJob, d.Stack.Keys.Admin()
	d.URLs = append(d.URLs, [2]string{"reports", "http://" + d.store.Endpoint + "/" + d.store.Config().Bucket + "  (S3, in memory)"})
	d.Curl = append(d.Curl,
		curl(d.Stack.Gateway, "POST", path+"/runs", admin, "", `{"window":"`+yesterday+`"}`),
		curl(d.Stack.Gateway, "GET", path+"/runs", admin, "", ""),
	)
	d.Report = "curl -sS http://" + d.store.Endpoint + "/" + d.store.Config().Bucket + "/reports/daily-sales/" + yesterday + ".csv"
}
