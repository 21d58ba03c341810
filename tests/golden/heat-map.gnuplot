# ulpscope 0.1.0: study seeds, figure adhoc
set encoding utf8
set xrange [-0.5:2.5]
set yrange [-0.5:1.5]
unset key
set border 3 lw 0.4 lc rgb '#404040'
set tics nomirror out scale 0.5, 0.25
set lmargin at screen 0.2600
set rmargin at screen 0.9506
set bmargin at screen 0.6556
set tmargin at screen 0.9667
set label 'arithmetic' at screen 0.0294, screen 0.8111 center rotate noenhanced
set label 'lr' at screen 0.6053, screen 0.4733 center noenhanced
set object rectangle from screen 0.2835, screen 0.3489 to screen 0.3306, screen 0.3933 fc rgb '#440154' fs solid border lc rgb '#808080' lw 0.4
set label '3e+03' at screen 0.3476, screen 0.3711 left noenhanced
set object rectangle from screen 0.2835, screen 0.2689 to screen 0.3306, screen 0.3133 fc rgb '#3b528b' fs solid border lc rgb '#808080' lw 0.4
set label '3.05e+03' at screen 0.3476, screen 0.2911 left noenhanced
set object rectangle from screen 0.5418, screen 0.3489 to screen 0.5888, screen 0.3933 fc rgb '#21918c' fs solid border lc rgb '#808080' lw 0.4
set label '3.1e+03' at screen 0.6059, screen 0.3711 left noenhanced
set object rectangle from screen 0.5418, screen 0.2689 to screen 0.5888, screen 0.3133 fc rgb '#5ec962' fs solid border lc rgb '#808080' lw 0.4
set label '3.15e+03' at screen 0.6059, screen 0.2911 left noenhanced
set object rectangle from screen 0.8000, screen 0.3489 to screen 0.8471, screen 0.3933 fc rgb '#fde725' fs solid border lc rgb '#808080' lw 0.4
set label '3.2e+03' at screen 0.8641, screen 0.3711 left noenhanced
set object rectangle from screen 0.8000, screen 0.2689 to screen 0.8471, screen 0.3133 fc rgb '#e4e4e4' fs solid border lc rgb '#808080' lw 0.4
set label 'none' at screen 0.8641, screen 0.2911 left noenhanced
set label 'colour: onset, median over data.seed' at screen 0.2600, screen 0.2080 left noenhanced
set label 'not drawn: 1 failed, 1 pending of 11 cells' at screen 0.2600, screen 0.1280 left noenhanced
set label 'no onset: 4 of 9 cells' at screen 0.2600, screen 0.0480 left noenhanced
set object rectangle from -0.5, -0.5 to 0.5, 0.5 fc rgb '#fde725' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from -0.5, 0.5 to 0.5, 1.5 fc rgb '#440154' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from 0.5, 0.5 to 1.5, 1.5 fc rgb '#e4e4e4' fs solid border lc rgb '#ffffff' lw 0.6
set object rectangle from 1.5, 0.5 to 2.5, 1.5 fc rgb '#e4e4e4' fs solid border lc rgb '#ffffff' lw 0.6
set label '3200' at 0, 0 center noenhanced tc rgb '#000000' front
set label '3000' at 0, 1 center noenhanced tc rgb '#ffffff' front
set label '–' at 1, 1 center noenhanced tc rgb '#000000' front
set label '–' at 2, 1 center noenhanced tc rgb '#000000' front
set xtics noenhanced ('1e-3' 0, '1e-2' 1, '1e-1' 2)
set ytics noenhanced ('binary32' 1, 'dec100' 0)
set terminal svg size 518, 274 fixed enhanced font 'Helvetica,17.2' linewidth 2.152 background '#ffffff'
set output ARG1
plot NaN notitle
set terminal pdfcairo size 8.5cm, 4.50cm enhanced font 'Helvetica,8' fontscale 0.75 linewidth 2
set output ARG2
replot
unset output
